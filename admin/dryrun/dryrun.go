// Package dryrun repeats requests and runs for operators with the machinery of
// "gateway test": a whole gateway with a store in memory, made-up secrets and a
// clock of its own. Actions that reach outside get mocks, so that nothing is sent
// and the store of the gateway is not touched.
package dryrun

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/fromrun"
)

// maxAtOnce is how many dry runs are under way at once.
const maxAtOnce = 2

// Rehearsal makes dry runs and writes tests.
type Rehearsal struct {
	options flowtest.Options
	execute Runner
	busy    chan struct{} // has an element for each dry run that is under way
}

var _ ops.Rehearsal = (*Rehearsal)(nil)

// New returns a rehearsal of the flow files that the options name.
func New(o flowtest.Options, execute Runner) *Rehearsal {
	return &Rehearsal{options: o, execute: execute, busy: make(chan struct{}, maxAtOnce)}
}

// WriteTest returns the test file that repeats a run.
func (h *Rehearsal) WriteTest(run *ops.RunDetail) (string, error) {
	stored, err := convertRun(run)
	if err != nil {
		return "", err
	}
	o, err := readFlow(h.options, run.Flow)
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
		defer func() { <-h.busy }()
	default:
		return nil, &ops.Error{Kind: ops.Conflict, Message: fmt.Sprintf("%d dry runs are under way: try again in some seconds", maxAtOnce)}
	}
	variables := newVariables(h.options.Env)
	o := h.options
	o.Env = variables.lookUp
	text, notes, err := h.write(o, name, t, answers)
	if err != nil {
		return nil, err
	}
	got, err := h.execute(ctx, &Job{Paths: o.Paths, Text: text, Env: variables.read})
	switch {
	case err != nil:
		return nil, err
	case got.Finding != "":
		return nil, &ops.Error{Kind: ops.Invalid, Message: got.Finding}
	}
	got.Run.Notes = append(notes, got.Run.Notes...)
	return got.Run, nil
}

// write returns the text of a test that makes the request and expects nothing.
func (h *Rehearsal) write(files flowtest.Options, name string, t ops.TryRequest, answers *ops.RunDetail) (text string, notes []string, err error) {
	o, err := readFlow(files, name)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "test \"dry run\" {\nflow = %s\nnow = %s\nrequest {\nmethod = %s\npath = %s\n", literal.Text(name),
		literal.Text(files.Clock.Now().UTC().Format(time.RFC3339Nano)), literal.Text(t.Method), literal.Text(t.Path))
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
	b.WriteString(flowtest.Stubs(files, o.Flows))
	return b.String(), notes, nil
}

// readFlow reads the flow files as they are, and finds a flow.
func readFlow(files flowtest.Options, name string) (fromrun.Options, error) {
	flows, _, diags := flowtest.Flows(files)
	if diags.HasErrors() {
		return fromrun.Options{}, &ops.Error{Kind: ops.Invalid, Message: firstError(diags)}
	}
	at := slices.IndexFunc(flows, func(f *flow.Flow) bool { return f.Name == name || f.RenamedFrom == name })
	if at < 0 {
		return fromrun.Options{}, &ops.Error{Kind: ops.NotFound, Message: fmt.Sprintf("the files have no flow %q", name)}
	}
	return fromrun.Options{Flow: flows[at], Flows: flows, Actions: files.Kinds.Actions}, nil
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
