package ops

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// view shows stored data without the secrets of the configuration that serves.
// Each text of a run, a contact or a finding leaves the package through one of its
// methods.
type view struct{ *snapshot.Snapshot }

// redactText replaces secrets in a text.
func (v view) redactText(text string) string { return v.Redactor.Text(text) }

func (v view) showSummary(r *store.Summary) RunSummary {
	out := RunSummary{
		ID: r.ID, Flow: r.Flow, State: State(r.State.String()), Received: utc(r.Received), Due: utc(r.Due), Started: utc(r.Started),
		Finished: utc(r.Finished), Attempt: r.Attempt, Status: r.Status, Size: r.Size, Cause: v.showCause(r.Cause),
		WaitReason: v.showWaitReason(r),
	}
	if x := run.DecodeDetail(r.Cause.Detail).Refused; x != nil {
		out.Refused = v.showRefused(x)
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		out.Took = max(r.Finished.Sub(r.Started), 0).Seconds()
	}
	return out
}

func (v view) showRefused(r *run.Refused) *RunRefused {
	out := &RunRefused{Method: v.redactText(r.Method), Path: v.redactText(r.Path), RemoteIP: r.RemoteIP}
	for _, f := range r.Faults {
		out.Faults = append(out.Faults, RunFault{In: f.In, Pointer: v.redactText(f.Pointer), Detail: v.redactText(f.Detail)})
	}
	return out
}

// showWaitReason says why a run can't continue; "" if it can, or is not to.
func (v view) showWaitReason(r *store.Summary) string {
	if r.State != store.Queued && r.State != store.Waiting {
		return ""
	}
	for _, f := range v.Config.Flows {
		if f.Name == r.Flow || f.RenamedFrom == r.Flow {
			return ""
		}
	}
	return fmt.Sprintf("waiting: flow %q is not in the files", v.redactText(r.Flow))
}

func (v view) showCause(c store.Cause) *RunCause {
	detail := c.Detail
	if c.Detail = ""; c.IsZero() {
		return nil
	}
	out := &RunCause{Reason: v.redactText(c.Reason), Class: c.Class, Action: c.Action, Position: c.Position, Message: v.redactText(c.Message)}
	if s := run.DecodeDetail(detail).Source; s != nil {
		out.Source = &RunSource{s.File, s.First, s.Last}
	}
	return out
}

// showRun shows a run, or of each large value in it only the beginning, see valueView.
func (v view) showRun(r *store.Run, limit int) *RunDetail {
	values := v.values(limit)
	out := &RunDetail{
		RunSummary: v.showSummary(&r.Summary), Steps: make([]RunStep, 0, len(r.Steps)),
		Hidden: v.hiddenParts(r), Response: v.showResponse(r, values),
		Parent: r.Parent, Children: []RunSummary{}, OrderKey: v.redactText(r.OrderKey), Owner: r.Owner, Lease: utc(r.Lease), Version: r.Version,
	}
	out.Variables, out.VariablesSize = values.showStored(r.Variables)
	out.Output, out.OutputSize = values.showStored(r.Output)
	if out.Request = v.showRequest(r, values); out.Request == nil {
		out.Event, out.EventSize = values.showStored(r.Event)
	}
	if c := trace.Decode(r.Trace); c.IsValid() {
		out.TraceID = c.Trace.String()
	}
	find := v.StepFinder(r.Flow)
	for i := range r.Steps {
		out.Steps = append(out.Steps, v.showStep(&r.Steps[i], find(r.Steps[i].Path), values))
	}
	return out
}

// maxCallerName is the length in bytes at which the name of a caller is cut.
const maxCallerName = 200

// showRequest shows the request that started a run; nil if no request did.
func (v view) showRequest(r *store.Run, values valueView) *RunRequest {
	var out RunRequest
	if !isRequest(r.Event) || json.Unmarshal(v.showStored(r.Event), &out) != nil {
		return nil
	}
	out.Cut = r.Cut
	if out.Auth != nil && len(out.Auth.Name) > maxCallerName {
		out.Auth.Name = strings.ToValidUTF8(out.Auth.Name[:maxCallerName], "") + "…"
	}
	if redact.IsSealed(r.Body) && redact.IsSealed(r.Variables) {
		out.RunBody = redactedBody()
		return &out
	}
	out.RunBody = values.showBody(r.Body, out.Headers, r.Cut)
	return &out
}

// isRequest reports whether an event is that of a request.
func isRequest(event []byte) bool {
	var e struct {
		Method string `json:"method"`
	}
	return json.Unmarshal(event, &e) == nil && e.Method != ""
}

func (v view) showResponse(stored *store.Run, values valueView) *RunResponse {
	switch {
	case len(stored.Response) == 0:
		return nil
	case redact.IsSealed(stored.Response):
		return &RunResponse{Status: stored.Status, RunBody: redactedBody()}
	}
	r, err := run.DecodeResponse(stored.Response)
	if err != nil {
		return nil
	}
	out := &RunResponse{Status: r.Status, Headers: map[string][]string{}}
	for name, values := range r.Header {
		for _, text := range values {
			out.Headers[name] = append(out.Headers[name], v.redactText(text))
		}
	}
	out.RunBody = values.showBody(r.Body, r.Header, false)
	return out
}

// showStep shows a stored action. current is the action in the files as they are
// now; nil if it is gone.
func (v view) showStep(s *store.Step, current *flow.Step, values valueView) RunStep {
	out := RunStep{
		Path: s.Path, Kind: s.Kind, State: string(s.State), Attempts: s.Attempts, Began: utc(s.Began), Took: s.Took.Seconds(),
		Size: s.CutFrom, Cause: v.showCause(s.Cause), Version: s.Version,
	}
	out.Input, out.InputSize = values.showStored(s.Input)
	out.Output, out.OutputSize = values.showStored(s.Output)
	v.addAttempts(&out, s)
	out.State = stepState(s)
	if current == nil || current.Kind != s.Kind {
		return out
	}
	out.Position = fmt.Sprintf("%s:%d,%d", current.Range.Filename, current.Range.Start.Line, current.Range.Start.Column)
	if current.HidesOutput() { // the output may be older than the sensitive attribute
		out.hideOutput()
	}
	out.Hidden = current.HiddenParts()
	return out
}

// stepState returns the state of a stored action for people.
func stepState(s *store.Step) string {
	switch s.State {
	case store.StepRetry:
		return string(flow.Failed)
	case store.StepEnded:
		return string(flow.Succeeded)
	case store.StepReset:
		return "reset"
	case flow.Suspended, flow.SuspendedInside:
		return store.Waiting.String()
	}
	return string(s.State)
}

// hideOutput hides the output of a step, and the answer to a call that failed.
func (s *RunStep) hideOutput() {
	if len(s.Output) > 0 {
		s.Output, s.OutputSize = jsonString(redact.Placeholder), 0
	}
	if s.Call != nil && len(s.Call.Body) > 0 {
		s.Call.Body, s.Call.BodySize = jsonString(redact.Placeholder), 0
	}
}

// addAttempts adds the call that failed and the earlier attempts of a step. The
// stored output of a failed step is the body of the answer to its call.
func (v view) addAttempts(out *RunStep, s *store.Step) {
	d := run.DecodeDetail(s.Cause.Detail)
	if x := d.Exchange; x != nil {
		out.Call = &RunCall{Method: x.Method, Path: v.redactText(x.Path), Status: x.Status, Body: out.Output, BodySize: out.OutputSize}
		out.Output, out.OutputSize = nil, 0
	}
	out.Skipped = d.Skipped
	for _, a := range d.Attempts {
		out.Earlier = append(out.Earlier, RunAttempt{utc(a.At), a.Took.Seconds(), a.Status, v.redactText(a.Reason), a.Class, v.redactText(a.Message)})
	}
}

// hiddenParts says why values of a run are hidden; nil if none is.
func (v view) hiddenParts(r *store.Run) map[string]string {
	for _, f := range v.Config.Flows {
		if f.Name == r.Flow && f.HiddenInput != "" && redact.IsSealed(r.Variables) {
			hidden := map[string]string{"variables": f.HiddenInput}
			if redact.IsSealed(r.Body) {
				hidden["body"] = f.HiddenInput
			}
			return hidden
		}
	}
	return nil
}
