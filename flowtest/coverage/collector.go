package coverage

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
)

// Collector counts what tests reach. It serves as flowtest.Options.Observer. The
// zero Collector is ready.
type Collector struct {
	mu   sync.Mutex
	hits map[place]int
}

var _ flowtest.Observer = (*Collector)(nil)

func (c *Collector) hit(p place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hits == nil {
		c.hits = map[place]int{}
	}
	c.hits[p]++
}

// Ended counts a step, the way of a branch, and a failure that the run passed over.
func (c *Collector) Ended(f *flow.Flow, r *flow.Record) {
	for _, s := range f.OnError {
		if s == r.Step {
			c.hit(ofFlow(OnError, f, ""))
		}
	}
	if r.State == flow.Skipped {
		return
	}
	c.hit(placeOf(Action, r.Step.Range, ""))
	if r.State == flow.Failed && r.Step.OnError == flow.Continue {
		c.hit(placeOf(OnError, r.Step.Range, ""))
	}
	if out, ok := r.Output.(map[string]any); ok && r.Step.Kind == branchKind {
		name, _ := out["case"].(string)
		c.hit(placeOf(Case, r.Step.Range, name))
	}
}

// Accepted counts nothing.
func (*Collector) Accepted(*flow.Flow, *flowtest.Response) {}

// Refused counts the refusal of a caller, and rules that the request broke.
func (c *Collector) Refused(f *flow.Flow, r *flowtest.Response) {
	if f.Parts.HTTP == nil {
		return
	}
	if len(f.Parts.HTTP.Auth) > 0 && r.Status == f.Parts.HTTP.AuthRefusal && saysRefusedCaller(r.Body) {
		c.hit(ofFlow(Auth, f, ""))
	}
	if r.Status != http.StatusUnprocessableEntity {
		return
	}
	for _, name := range brokenRules(f, r.Body) {
		c.hit(ofFlow(Rule, f, name))
	}
}

// saysRefusedCaller reports whether an answer is that to a caller without valid
// credentials: the status alone may be that of other refusals. An answer without a
// body says nothing else.
func saysRefusedCaller(body []byte) bool {
	var problem struct {
		Detail string `json:"detail"`
	}
	return json.Unmarshal(body, &problem) != nil || problem.Detail == flow.RefusedCaller
}

// brokenRules lists the rules that the faults of an answer name.
func brokenRules(f *flow.Flow, body []byte) []string {
	var problem struct {
		Errors []flow.Fault `json:"errors"`
	}
	if json.Unmarshal(body, &problem) != nil {
		return nil // an answer without a body
	}
	var names []string
	for _, in := range f.Parts.Inputs.List() {
		for _, rule := range in.Breakable {
			for _, fault := range problem.Errors {
				if rule.BrokenBy(fault) {
					names = append(names, ruleName(in, rule))
				}
			}
		}
	}
	return names
}

func ruleName(in flow.Input, r flow.InputRule) string { return in.Name + "/" + r.Name }
