package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

func summaryOf(hide *redact.Redactor, r *store.Summary) RunSummary {
	out := RunSummary{
		ID: r.ID, Flow: r.Flow, State: r.State.String(), Received: utc(r.Received), Due: utc(r.Due), Started: utc(r.Started),
		Finished: utc(r.Finished), Attempt: r.Attempt, Status: r.Status, Size: r.Size, Cause: causeOf(hide, r.Cause),
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		out.Took = max(r.Finished.Sub(r.Started), 0).Seconds()
	}
	return out
}

func causeOf(hide *redact.Redactor, c store.Cause) *RunCause {
	if c.IsZero() {
		return nil
	}
	return &RunCause{
		Reason: hide.Text(c.Reason), Class: c.Class, Action: c.Action, Position: c.Position, Message: hide.Text(c.Message),
	}
}

// detail shows a run without the secrets of the configuration that serves.
func runDetail(s *snapshot.Snapshot, r *store.Run) *RunDetail {
	v := view{s.Redactor, stepsFrom(s, r.Flow)}
	out := &RunDetail{
		RunSummary: summaryOf(s.Redactor, &r.Summary), Steps: make([]RunStep, 0, len(r.Steps)),
		Variables: v.kept(r.Variables), Output: v.kept(r.Output), Response: v.response(r.Response),
		OrderKey: s.Redactor.Text(r.OrderKey), Owner: r.Owner, Lease: utc(r.Lease),
	}
	if out.Request = v.request(r); out.Request == nil {
		out.Event = v.kept(r.Event)
	}
	for i := range r.Steps {
		out.Steps = append(out.Steps, v.done(&r.Steps[i]))
	}
	return out
}

// places finds the actions of a flow by name; none where the flow is gone.
func stepsOf(s *snapshot.Snapshot, name string) map[string]*flow.Step {
	out := map[string]*flow.Step{}
	for _, f := range s.Config.Flows {
		if f.Name == name {
			f.Walk(func(step *flow.Step) { out[step.Name] = step })
		}
	}
	return out
}

// placesFrom finds the actions of a run of a flow by their paths, those of flows
// that it calls included.
func stepsFrom(s *snapshot.Snapshot, name string) func(path string) *flow.Step {
	flows := map[string]map[string]*flow.Step{}
	return func(path string) *flow.Step {
		in, left := name, path
		for {
			if flows[in] == nil {
				flows[in] = stepsOf(s, in)
			}
			segment, rest, more := strings.Cut(left, "/")
			step := flows[in][segment]
			if !more {
				return step
			}
			left = rest // a turn of a loop is no action
			if step == nil {
				continue
			}
			if c := step.Traits.Callee; c != nil {
				in = c.Name
			}
		}
	}
}

// view shows what was kept of a run.
type view struct {
	hide *redact.Redactor
	step func(path string) *flow.Step // by path; nil where it is gone
}

// request shows the request that started a run; nil where none did.
func (v view) request(r *store.Run) *RunRequest {
	var out RunRequest
	if json.Unmarshal(v.kept(r.Event), &out) != nil || out.Method == "" {
		return nil
	}
	out.Cut = r.Cut
	out.RunBody = v.body(r.Body, out.Headers, r.Cut)
	return &out
}

func (v view) response(text []byte) *RunResponse {
	if len(text) == 0 {
		return nil
	}
	r, err := DecodeResponse(text)
	if err != nil {
		return nil
	}
	out := &RunResponse{Status: r.Status, Headers: map[string][]string{}}
	for name, values := range r.Header {
		for _, text := range values {
			out.Headers[name] = append(out.Headers[name], v.hide.Text(text))
		}
	}
	out.RunBody = v.body(r.Body, r.Header, false)
	return out
}

func (v view) done(s *store.Step) RunStep {
	out := RunStep{
		Path: s.Path, Kind: s.Kind, State: string(s.State), Attempts: s.Attempts, Began: utc(s.Began), Took: s.Took.Seconds(),
		Input: v.kept(s.Input), Output: v.kept(s.Output), Size: s.CutFrom, Cause: causeOf(v.hide, s.Cause),
	}
	switch s.State {
	case store.StepRetry:
		out.State = string(flow.Failed)
	case store.StepEnded:
		out.State = string(flow.Succeeded)
	}
	today := v.step(s.Path)
	if today == nil || today.Kind != s.Kind {
		return out
	}
	out.Position = fmt.Sprintf("%s:%d,%d", today.Range.Filename, today.Range.Start.Line, today.Range.Start.Column)
	if today.Sensitive && len(out.Output) > 0 {
		out.Output = jsonText(redact.Placeholder) // also what was kept before the action was called sensitive
	}
	return out
}

// kept shows what is kept as JSON, and as a text where it was cut.
func (v view) kept(text []byte) json.RawMessage {
	switch {
	case len(text) == 0:
		return nil
	case redact.IsSealed(text):
		return jsonText(redact.Placeholder)
	}
	if out := v.json(text); out != nil {
		return out
	}
	return jsonText(v.hide.Text(strings.ToValidUTF8(string(text), "\uFFFD")))
}

// shownDepth is how deep JSON may nest that is shown as such.
const shownDepth = 1000

// json returns JSON without secrets, or nil where it is none.
func (v view) json(text []byte) json.RawMessage {
	decoded, err := value.Decode(text, value.Limits{Depth: shownDepth})
	if err != nil {
		return nil
	}
	out, err := value.Append(nil, v.hide.Value(decoded))
	if err != nil {
		return nil
	}
	return out
}

// body shows a body by what it is, and where its type is told, by that.
func (v view) body(raw []byte, header map[string][]string, cut bool) RunBody {
	if len(raw) == 0 {
		return RunBody{}
	}
	if types := header["Content-Type"]; len(types) == 0 || strings.Contains(strings.ToLower(types[0]), "json") {
		if text := v.json(raw); text != nil {
			return RunBody{text, "json"}
		}
	}
	if cut {
		raw = wholeRunes(raw)
	}
	clean := v.hide.Text(string(raw))
	if utf8.ValidString(clean) {
		return RunBody{jsonText(clean), "text"}
	}
	text, err := json.Marshal([]byte(clean)) // which writes bytes in base64
	if err != nil {
		return RunBody{}
	}
	return RunBody{text, "base64"}
}

// wholeRunes leaves out a last letter that was cut.
func wholeRunes(raw []byte) []byte {
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

func jsonText(text string) json.RawMessage {
	out, err := value.Append(nil, text)
	if err != nil {
		return json.RawMessage(`""`) // valid texts always marshal
	}
	return out
}

// depthOf shows the queue of a flow.
func depthOf(d *store.Depth) QueueDepth {
	return QueueDepth{Flow: d.Flow, Queued: d.Queued, Waiting: d.Waiting, Running: d.Running, Oldest: utc(d.Oldest)}
}
