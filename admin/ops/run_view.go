package ops

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/internal/value"
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

func (v view) showRun(r *store.Run) *RunDetail {
	out := &RunDetail{
		RunSummary: v.showSummary(&r.Summary), Steps: make([]RunStep, 0, len(r.Steps)),
		Hidden: v.hiddenParts(r), Variables: v.showStored(r.Variables), Output: v.showStored(r.Output), Response: v.showResponse(r),
		Parent: r.Parent, Children: []RunSummary{}, OrderKey: v.redactText(r.OrderKey), Owner: r.Owner, Lease: utc(r.Lease), Version: r.Version,
	}
	if out.Request = v.showRequest(r); out.Request == nil {
		out.Event = v.showStored(r.Event)
	}
	if c := trace.Decode(r.Trace); c.IsValid() {
		out.TraceID = c.Trace.String()
	}
	find := v.StepFinder(r.Flow)
	for i := range r.Steps {
		out.Steps = append(out.Steps, v.showStep(&r.Steps[i], find(r.Steps[i].Path)))
	}
	return out
}

// maxCallerName is the length in bytes at which the name of a caller is cut.
const maxCallerName = 200

// showRequest shows the request that started a run; nil if no request did.
func (v view) showRequest(r *store.Run) *RunRequest {
	var out RunRequest
	if json.Unmarshal(v.showStored(r.Event), &out) != nil || out.Method == "" {
		return nil
	}
	out.Cut = r.Cut
	if out.Auth != nil && len(out.Auth.Name) > maxCallerName {
		out.Auth.Name = strings.ToValidUTF8(out.Auth.Name[:maxCallerName], "") + "…"
	}
	if redact.IsSealed(r.Body) && redact.IsSealed(r.Variables) {
		out.RunBody = RunBody{jsonString(redact.Placeholder), "text"}
		return &out
	}
	out.RunBody = v.showBody(r.Body, out.Headers, r.Cut)
	return &out
}

func (v view) showResponse(stored *store.Run) *RunResponse {
	switch {
	case len(stored.Response) == 0:
		return nil
	case redact.IsSealed(stored.Response):
		return &RunResponse{Status: stored.Status, RunBody: RunBody{jsonString(redact.Placeholder), "text"}}
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
	out.RunBody = v.showBody(r.Body, r.Header, false)
	return out
}

// showStep shows a stored action. current is the action in the files as they are
// now; nil if it is gone.
func (v view) showStep(s *store.Step, current *flow.Step) RunStep {
	out := RunStep{
		Path: s.Path, Kind: s.Kind, State: string(s.State), Attempts: s.Attempts, Began: utc(s.Began), Took: s.Took.Seconds(),
		Input: v.showStored(s.Input), Output: v.showStored(s.Output), Size: s.CutFrom, Cause: v.showCause(s.Cause), Version: s.Version,
	}
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
		s.Output = jsonString(redact.Placeholder)
	}
	if s.Call != nil && len(s.Call.Body) > 0 {
		s.Call.Body = jsonString(redact.Placeholder)
	}
}

// addAttempts adds the call that failed and the earlier attempts of a step. The
// stored output of a failed step is the body of the answer to its call.
func (v view) addAttempts(out *RunStep, s *store.Step) {
	d := run.DecodeDetail(s.Cause.Detail)
	if x := d.Exchange; x != nil {
		out.Call = &RunCall{Method: x.Method, Path: v.redactText(x.Path), Status: x.Status, Body: out.Output}
		out.Output = nil
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

// showStored shows a stored JSON value, or a string if the history cut it.
func (v view) showStored(text []byte) json.RawMessage {
	switch {
	case len(text) == 0:
		return nil
	case redact.IsSealed(text):
		return jsonString(redact.Placeholder)
	}
	if out := v.redactJSON(text); out != nil {
		return out
	}
	return jsonString(v.redactText(strings.ToValidUTF8(string(text), "\uFFFD")))
}

// maxDepth is the nesting up to which JSON is shown as JSON.
const maxDepth = 1000

// redactJSON returns JSON without secrets, or nil if the text is no JSON.
func (v view) redactJSON(text []byte) json.RawMessage {
	limits := value.Limits{Depth: maxDepth}
	if out, ok := value.RewriteTexts(text, limits, v.Redactor.Text); ok {
		return out
	}
	decoded, err := value.Decode(text, limits)
	if err != nil {
		return nil
	}
	out, err := value.Append(nil, v.Redactor.Value(decoded))
	if err != nil {
		return nil
	}
	return out
}

// showBody shows a body as JSON, text or base64. A content type other than JSON
// rules out JSON.
func (v view) showBody(raw []byte, header map[string][]string, cut bool) RunBody {
	if len(raw) == 0 {
		return RunBody{}
	}
	if types := header["Content-Type"]; len(types) == 0 || strings.Contains(strings.ToLower(types[0]), "json") {
		if text := v.redactJSON(raw); text != nil {
			return RunBody{text, "json"}
		}
	}
	if cut {
		raw = dropPartialRune(raw)
	}
	clean := v.redactText(string(raw))
	if utf8.ValidString(clean) {
		return RunBody{jsonString(clean), "text"}
	}
	text, err := json.Marshal([]byte(clean)) // writes base64
	if err != nil {
		return RunBody{}
	}
	return RunBody{text, "base64"}
}

// dropPartialRune removes a rune at the end of which bytes are missing.
func dropPartialRune(raw []byte) []byte {
	for i := len(raw) - 1; i >= 0 && i >= len(raw)-utf8.UTFMax; i-- {
		if utf8.RuneStart(raw[i]) {
			if !utf8.FullRune(raw[i:]) {
				return raw[:i]
			}
			return raw
		}
	}
	return raw
}

func jsonString(text string) json.RawMessage {
	out, err := value.Append(nil, text)
	if err != nil {
		return json.RawMessage(`""`) // valid texts always marshal
	}
	return out
}
