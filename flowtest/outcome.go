package flowtest

import (
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// outcome returns the names that conditions read.
func (p *play) outcome() mockEnv {
	actions, inputs, calls := members{}, members{}, members{}
	for _, f := range p.test.reachable() {
		f.Walk(func(s *flow.Step) {
			actions[s.Name], inputs[s.Name], calls[s.Name] = nil, nil, []any{}
		})
	}
	for _, s := range p.stage.steps {
		actions[s.step.Name] = plain(s.output)
		if s.input != nil {
			inputs[s.step.Name] = s.input
		}
	}
	for _, c := range p.stage.calls {
		list, _ := calls[c.step.Name].([]any)
		calls[c.step.Name] = append(list, c.value())
		inputs[c.step.Name] = c.input
	}
	responses := members{}
	for name, r := range p.responses {
		responses[name] = r.value()
	}
	runs := []any{}
	for _, r := range p.startedRuns() {
		runs = append(runs, runValue(r, p.outputOf(r)))
	}
	last := runValue(p.lastRun(), nil)
	if r := p.lastRun(); r != nil {
		last = runValue(r, p.outputOf(r))
	}
	return mockEnv{
		"action": map[string]any(actions), "input": map[string]any(inputs), "calls": map[string]any(calls),
		"response": p.last.value(), "responses": map[string]any(responses), "run": last, "runs": runs,
		"secret": p.suite.secretValues(p.test.settings),
	}
}

type members map[string]any

// plain turns an output that is read on demand into plain values.
func plain(v any) any {
	if o, ok := v.(value.Object); ok {
		return o.Map()
	}
	return v
}

// lastRun returns the run of the last stimulus, or else the newest.
func (p *play) lastRun() *store.Run {
	if n := len(p.scenes); n > 0 {
		if r := p.findRun(p.scenes[n-1].run); r != nil {
			return r
		}
	}
	if len(p.runs) == 0 {
		return nil
	}
	return p.runs[len(p.runs)-1]
}

// outputOf returns what a run returned by action "stop".
func (p *play) outputOf(r *store.Run) any {
	for i := len(p.stage.steps) - 1; i >= 0; i-- {
		if s := p.stage.steps[i]; s.run == r.ID && s.step.Kind == "stop" {
			return s.input["output"]
		}
	}
	return nil
}

// startedRuns returns the runs of the flow without the requests that started none.
func (p *play) startedRuns() []*store.Run {
	return slices.DeleteFunc(slices.Clone(p.runs), func(r *store.Run) bool {
		return r.State == store.Refused || r.State == store.Ignored
	})
}

func runValue(r *store.Run, output any) map[string]any {
	out := map[string]any{"id": nil, "state": "none", "attempt": 0, "output": output, "error": nil, "reason": nil}
	if r == nil {
		return out
	}
	out["id"], out["state"], out["attempt"] = r.ID, r.State.String(), r.Attempt
	if r.Cause.Reason != "" {
		out["reason"] = r.Cause.Reason
	}
	if r.Cause.Class != "" {
		out["error"] = map[string]any{"action": r.Cause.Action, "class": r.Cause.Class, "message": r.Cause.Message}
	}
	return out
}

// value is the call as conditions read it.
func (c *call) value() map[string]any {
	out := map[string]any{
		"input": c.input, "request": requestValue(c.request), "output": plain(c.output), "error": nil, "run": c.run, "path": c.path, "key": c.key,
		"attempt": c.attempt, "at": c.at.UTC().Format(time.RFC3339Nano),
	}
	if c.err != nil {
		out["error"] = map[string]any{"class": string(c.err.Class), "message": c.err.Message}
	}
	return out
}
