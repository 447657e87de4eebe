package flowtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// expectation is an expect block.
type expectation struct {
	rng      hcl.Range
	places   map[string]hcl.Range // of the values, by attribute
	status   int
	headers  expr.Of[map[string]any]
	json     expr.Of[any]
	body     expr.Of[any]
	run      string
	runs     int
	actions  []string
	skipped  []string
	attempts map[string]any
}

// runStates are the values of `run`.
func runStates() []string {
	return []string{"succeeded", "failed", "cancelled", "throttled", "refused", "ignored", "queued", "waiting", "running", "none"}
}

// Describe declares the block.
func (e *expectation) Describe(s *schema.Spec) {
	s.Doc = "What happened. Only the attributes that are given are compared. In `request` and the other blocks that start a run it speaks of their response and their run, in `test` of the last ones; `actions`, `skipped` and `attempts` of a test are those of all its runs."
	schema.Attr(s, &e.status, "status", "The status of the response.")
	schema.Expr(s, &e.headers, "headers", "Header fields of the response, each with its whole value; null if there is none.")
	schema.Expr(s, &e.json, "json", "The whole body of the response as JSON.", schema.Nullable())
	schema.Expr(s, &e.body, "body", "The whole body of the response as text.")
	schema.Attr(s, &e.run, "run", "The state of the run. `refused` and `ignored` are requests that started none; `none` is for a request whose answer names no run.", schema.OneOf(runStates()...))
	schema.Attr(s, &e.runs, "runs", "How many runs of the flow there are, without requests that started none.")
	schema.Attr(s, &e.actions, "actions", "The names of the actions that ran, in the order in which they ended: `branch`, `parallel` and `loop` are left out, those inside `parallel` are in the order of the file, and those inside `loop` in the order of its elements. An action that ran again, by `retry` or after a crash, counts once.")
	schema.Attr(s, &e.skipped, "skipped", "The names of the actions that were skipped because of their `when`.")
	schema.Attr(s, &e.attempts, "attempts", "The number of attempts of actions, by name.")
	s.Check(e.check)
}

func (e *expectation) check(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	e.rng, e.places = d.Block.DefRange(), map[string]hcl.Range{}
	for name, a := range d.Block.Body.Attributes {
		e.places[name] = a.Expr.Range()
	}
	if len(e.places) == 0 {
		return hcl.Diagnostics{diag.Error(e.rng, "Nothing expected", "The block is empty. It holds status, headers, json, body, run, runs, actions, skipped or attempts.")}
	}
	var diags hcl.Diagnostics
	if d.Has("status") && (e.status < 100 || e.status > 599) {
		diags = append(diags, d.Problem("status", "Wrong status", "A status is a number from 100 to 599."))
	}
	owner, ok := c.Owner.(*Case)
	if !ok || owner.target == nil {
		return diags
	}
	known := owner.allActions()
	for _, name := range []string{"actions", "skipped"} {
		given := e.actions
		if name == "skipped" {
			given = e.skipped
		}
		for i, action := range given {
			if !slices.Contains(known, action) {
				diags = append(diags, diag.Error(d.Element(name, i), "Unknown action", fmt.Sprintf("The flow %q has no action %q.%s", owner.flowName, action, diag.DidYouMean(action, known))))
			}
		}
	}
	for _, action := range slices.Sorted(maps.Keys(e.attempts)) {
		if !slices.Contains(known, action) {
			diags = append(diags, d.Problem("attempts", "Unknown action", fmt.Sprintf("The flow %q has no action %q.%s", owner.flowName, action, diag.DidYouMean(action, known))))
		}
	}
	return diags
}

// allActions returns the names of the actions of the flow, and of those that it
// calls.
func (c *Case) allActions() []string {
	var names []string
	for _, f := range c.reachable() {
		f.Walk(func(s *flow.Step) { names = append(names, s.Name) })
	}
	return names
}

// place returns where the file says an attribute.
func (e *expectation) place(name string) hcl.Range {
	if r, ok := e.places[name]; ok {
		return r
	}
	return e.rng
}

func (e *expectation) has(name string) bool {
	_, ok := e.places[name]
	return ok
}

// assertion is an assert block.
type assertion struct {
	rng       hcl.Range
	source    hclsyntax.Expression // of the condition
	scope     *expr.Scope
	condition expr.Of[bool]
	message   expr.Of[string]
}

// Describe declares the block.
func (a *assertion) Describe(s *schema.Spec) {
	s.Doc = "A condition that must be true after all runs are over.\n\n" +
		"It reads `action.NAME`, the outputs of an action; `input.NAME`, the fields that the action was about to send; `calls.NAME`, the list of its calls with `input`, `output`, `error`, `key`, `path`, `attempt`, `at`, and the `request` that it sent with `method`, `url`, `query`, `headers`, `body` and `text`; `response` and `responses.NAME` with `status`, `headers`, `body` and `text`; `run` and `runs` with `id`, `state`, `attempt`, `output` and `error`."
	schema.Expr(s, &a.condition, "condition", "The condition.", schema.Required(), schema.Nullable())
	schema.Expr(s, &a.message, "message", "What the condition means, for the report.")
	s.Check(func(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		a.rng, a.source, a.scope = d.Block.DefRange(), d.Expr("condition"), c.Scope
		if _, fixed := a.condition.Constant(); fixed {
			return hcl.Diagnostics{d.Problem("condition", "Condition without a question", "The condition is the same whatever the flow does.")}
		}
		return nil
	})
}

// crash is a crash block.
type crash struct {
	rng    hcl.Range
	after  string
	during string
}

// Describe declares the block.
func (k *crash) Describe(s *schema.Spec) {
	s.Doc = "Kills the gateway as a power cut does: nothing is finished and nothing is released. After the lease of its runs, 30 seconds, another gateway on the same store takes them over. A caller that waits gets no answer."
	schema.Attr(s, &k.after, "after", "The action after which the gateway dies: its result is stored, and nothing more.")
	schema.Attr(s, &k.during, "during", "The action during which the gateway dies: it has had its effect, and nothing of it is stored. It runs again with the same idempotency key.")
	s.Check(func(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		k.rng = d.Block.DefRange()
		if d.Has("after") == d.Has("during") {
			return hcl.Diagnostics{diag.Error(k.rng, "Moment of the crash", `A crash has exactly one of "after" and "during".`)}
		}
		owner, ok := c.Owner.(*Case)
		if !ok || owner.target == nil {
			return nil
		}
		name, attr := k.after+k.during, "after"
		if k.during != "" {
			attr = "during"
		}
		step := owner.step(name)
		if step == nil {
			return hcl.Diagnostics{d.Problem(attr, "Unknown action", fmt.Sprintf("The flow %q has no action %q.%s", owner.flowName, name, diag.DidYouMean(name, owner.allActions())))}
		}
		if k.during != "" && !step.ReachesOutside() {
			return hcl.Diagnostics{d.Problem(attr, "Action without effect", fmt.Sprintf("Action %q of kind %q does not reach outside, so that it leaves nothing half done. Name one that does, or use after.", name, step.Kind))}
		}
		return nil
	})
}

// responseType is the type of response.
func responseType() cty.Type {
	return cty.Object(map[string]cty.Type{"status": cty.Number, "headers": cty.DynamicPseudoType, "body": cty.DynamicPseudoType, "text": cty.String})
}

// runType is the type of run.
func runType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"id": cty.String, "state": cty.String, "attempt": cty.Number, "output": cty.DynamicPseudoType, "reason": cty.String,
		"error": cty.Object(map[string]cty.Type{"action": cty.String, "class": cty.String, "message": cty.String}),
	})
}

// Response is what a caller got.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	lost   bool // the gateway died before it answered
}
