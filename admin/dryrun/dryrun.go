// Package dryrun repeats requests and runs for operators with the machinery of
// "gateway test": a whole gateway with a store in memory, made-up secrets and a
// clock of its own. Actions that reach outside get mocks, so that nothing is sent
// and the store of the gateway is not touched.
package dryrun

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/fromrun"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
)

const (
	maxTime    = 10 * time.Second // of a dry run
	maxActions = 1000             // of a dry run that are told
)

// Rehearsal makes dry runs, one at a time, and writes tests.
type Rehearsal struct {
	options flowtest.Options
	busy    chan struct{} // has an element while a dry run is under way
}

var _ ops.Rehearsal = (*Rehearsal)(nil)

// New returns a rehearsal of the flow files that the options name.
func New(o flowtest.Options) *Rehearsal {
	return &Rehearsal{options: o, busy: make(chan struct{}, 1)}
}

// WriteTest returns the test file that repeats a run.
func (h *Rehearsal) WriteTest(run *ops.RunDetail) (string, error) {
	stored, err := convertRun(run)
	if err != nil {
		return "", err
	}
	o, err := h.fromRunOptions(run.Flow)
	if err != nil {
		return "", err
	}
	test, err := fromrun.Write(stored, o)
	if err != nil {
		return "", invalid(err)
	}
	return test.Text, nil
}

// DryRun runs a flow in memory.
func (h *Rehearsal) DryRun(ctx context.Context, name string, t ops.TryRequest, answers *ops.RunDetail) (*ops.DryRun, error) {
	select {
	case h.busy <- struct{}{}:
	default:
		return nil, &ops.Error{Kind: ops.Conflict, Message: "another dry run is under way: try again in some seconds"}
	}
	release := func() { <-h.busy }
	text, notes, err := h.write(name, t, answers)
	if err != nil {
		release()
		return nil, err
	}
	o := h.options
	o.Text = []byte(text)
	outcome, diags, err := flowtest.Try(ctx, o, maxTime, release)
	switch {
	case errors.Is(err, flowtest.ErrNoEnd):
		return nil, &ops.Error{Kind: ops.Invalid, Message: fmt.Sprintf("the dry run did not end within %s", maxTime)}
	case err != nil:
		return nil, fmt.Errorf("dry run of %s: %w", name, err)
	case diags.HasErrors():
		return nil, findingError(diags)
	}
	return describe(outcome, notes), nil
}

// write returns the text of a test that makes the request and expects nothing.
func (h *Rehearsal) write(name string, t ops.TryRequest, answers *ops.RunDetail) (text string, notes []string, err error) {
	o, err := h.fromRunOptions(name)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "test \"dry run\" {\nflow = %s\nnow = %s\nrequest {\nmethod = %s\npath = %s\n", literal.Text(name),
		literal.Text(h.options.Clock.Now().UTC().Format(time.RFC3339Nano)), literal.Text(t.Method), literal.Text(t.Path))
	fields := map[string]any{}
	for name, values := range t.Header {
		list := make([]any, len(values))
		for i, text := range values {
			list[i] = text
		}
		if name != "Authorization" { // the request is signed with made-up secrets
			fields[name] = list
		}
	}
	if len(fields) > 0 {
		fmt.Fprintf(&b, "headers = %s\n", literal.Value(fields))
	}
	if len(t.Body) > 0 {
		fmt.Fprintf(&b, "body_base64 = %s\n", literal.Text(base64.StdEncoding.EncodeToString(t.Body)))
	}
	b.WriteString("}\nassert { condition = run.state != null }\n")
	if answers != nil {
		stored, err := convertRun(answers)
		if err != nil {
			return "", nil, err
		}
		mocks, gaps := fromrun.Mocks(stored, o)
		b.WriteString(mocks)
		notes = gaps
	}
	b.WriteString("}\n")
	b.WriteString(flowtest.Stubs(h.options, o.Flows))
	return b.String(), notes, nil
}

// fromRunOptions reads the flow files as they are.
func (h *Rehearsal) fromRunOptions(name string) (fromrun.Options, error) {
	flows, _, diags := flowtest.Flows(h.options)
	if diags.HasErrors() {
		return fromrun.Options{}, findingError(diags)
	}
	at := slices.IndexFunc(flows, func(f *flow.Flow) bool { return f.Name == name || f.RenamedFrom == name })
	if at < 0 {
		return fromrun.Options{}, &ops.Error{Kind: ops.NotFound, Message: fmt.Sprintf("the files have no flow %q", name)}
	}
	return fromrun.Options{Flow: flows[at], Flows: flows, Actions: h.options.Kinds.Actions}, nil
}

func convertRun(run *ops.RunDetail) (*fromrun.Run, error) {
	text, err := json.Marshal(run)
	if err != nil {
		return nil, fmt.Errorf("encoding run %s: %w", run.ID, err)
	}
	stored, err := fromrun.Read(text)
	if err != nil {
		return nil, invalid(err)
	}
	return stored, nil
}

func invalid(err error) *ops.Error { return &ops.Error{Kind: ops.Invalid, Message: err.Error()} }

// findingError returns the first finding as an error.
func findingError(diags hcl.Diagnostics) *ops.Error {
	for _, d := range diag.Sort(diags) {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := ""
		if d.Subject != nil {
			at = fmt.Sprintf("%s:%d: ", d.Subject.Filename, d.Subject.Start.Line)
		}
		return &ops.Error{Kind: ops.Invalid, Message: at + d.Summary + ": " + d.Detail}
	}
	return &ops.Error{Kind: ops.Internal, Message: "the dry run has no finding"}
}

// describe returns what happened, without what is hidden.
func describe(o *flowtest.Outcome, notes []string) *ops.DryRun {
	out := &ops.DryRun{State: o.State, Cause: o.Cause, Notes: notes}
	if o.Response != nil {
		out.Status = o.Response.Status
		out.Body = showBody(o.Response.Body)
	}
	for _, f := range o.Faults {
		out.Notes = append(out.Notes, f.Summary+": "+f.Detail)
	}
	actions := o.Actions
	if len(actions) > maxActions {
		out.Notes = append(out.Notes, fmt.Sprintf("Only the first %d of %d actions are shown.", maxActions, len(actions)))
		actions = actions[:maxActions]
	}
	for _, a := range actions {
		out.Actions = append(out.Actions, describeAction(a))
		if a.Err != nil && out.Cause == a.Err.Message && out.Actions[len(out.Actions)-1].Error == redact.Placeholder {
			out.Cause = redact.Placeholder
		}
	}
	return out
}

func describeAction(a flowtest.Ended) ops.DryAction {
	hidden := a.Step.HiddenParts()
	_, all := hidden["all"]
	out := ops.DryAction{Path: a.Path, Kind: a.Step.Kind, State: string(a.State), Outside: a.Step.ReachesOutside()}
	input := maps.Clone(a.Input)
	for name := range input {
		if _, hides := hidden[name]; all || hides {
			input[name] = redact.Placeholder
		}
	}
	if input != nil {
		out.Input = show(input)
	}
	switch {
	case a.Output == nil:
	case a.Step.HidesOutput():
		out.Output = show(redact.Placeholder)
	default:
		out.Output = show(a.Output)
	}
	if a.Err != nil {
		out.Error = a.Err.Message
		if _, hides := hidden["error"]; all || hides {
			out.Error = redact.Placeholder
		}
	}
	return out
}

func show(v any) json.RawMessage {
	text, err := value.Append(nil, v)
	if err != nil {
		return nil
	}
	return text
}

// showBody shows JSON as it is, and other bodies as text.
func showBody(body []byte) json.RawMessage {
	switch {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		return body
	case utf8.Valid(body):
		return show(string(body))
	}
	return show(fmt.Sprintf("%d bytes that are no text", len(body)))
}
