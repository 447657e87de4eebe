// Package sensitivity finds, when files are loaded, the values that must stay out
// of logs, history, API and store because they come from a sensitive action.
//
// A search for texts in finished records cannot do that: it misses numbers, short
// texts, and what lower() or substr() make of a text. So the values are followed
// through the files before any run. An expression or jq program that reads a
// sensitive value is sensitive as a whole, and so is what it feeds:
//
//	action.NAME      an output of an action with sensitive = true, or of an action
//	                 that reads a sensitive value
//	each             the elements of a loop whose for_each is sensitive
//	webhook, input   a variable with sensitive = true, and the part of the request in
//	                 which it stands
//	input, contact   what a call passes to another flow
//	action.CALL      what the called flow returns by action "stop"
//
// An action with sensitive = true that holds others, or waits for a called flow,
// makes each action inside sensitive. A secret makes a value sensitive where the
// gateway computes it: in a pure action, a loop, a branch or a call. It does not
// where another system computes the output, such as the answer to a request: the
// search for texts finds a secret that the answer repeats. Fields that outputs
// never repeat (schema.Kept) and actions whose outputs repeat nothing
// (Traits.OwnOutputs) or only some fields (Traits.Repeats) end the way of a value,
// and so does nonsensitive.
//
// Values flow in circles: through each.previous, and through flows that call one
// another. The analysis visits flows until nothing changes. A value only becomes
// sensitive, never the opposite, so it ends. A flow is visited again only if a
// flow that calls it or is called by it has changed.
package sensitivity

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// taint says where a sensitive value comes from.
type taint struct {
	origin string    // "action.charge, which is sensitive" or "secret.token"
	direct bool      // the value is an output of the origin
	at     hcl.Range // of the origin
}

// String describes a value of the taint: "is sensitive (f.hcl:3)".
func (t *taint) String() string {
	if t.direct {
		return "is sensitive " + place(t.at)
	}
	return "holds values of " + t.origin + " " + place(t.at)
}

// derived returns the taint of a value that is computed from one of the taint.
func (t *taint) derived() *taint {
	if t == nil || !t.direct {
		return t
	}
	return &taint{origin: t.origin, at: t.at}
}

func place(r hcl.Range) string { return fmt.Sprintf("(%s:%d)", r.Filename, r.Start.Line) }

// analysis is the state of one analysis.
type analysis struct {
	flows   map[*flow.Flow]*flowState
	outputs map[*flow.Step]*taint
	pending []*flowState
	hiding
}

// flowState is what is known about one flow so far.
type flowState struct {
	flow    *flow.Flow
	steps   map[string]*flow.Step // by name
	callers []*flowState          // flows that wait for its output
	queued  bool
	changed bool // in the current pass

	input   *taint // of the names that the trigger gives
	outcome *taint // of the value that the flow returns
	inside  *taint // of the sensitive call that makes each action sensitive
}

// Analyze finds the sensitive values of flows, which it does not change. calls returns
// the flow of an action that calls one; nil if there is none. Flows that call one
// another must be analyzed together, others need not. Findings report sensitive values
// that would be stored in the open.
func Analyze(flows []*flow.Flow, calls func(*flow.Callee) *flow.Flow) (*Result, hcl.Diagnostics) {
	a := &analysis{flows: make(map[*flow.Flow]*flowState, len(flows)), outputs: map[*flow.Step]*taint{}, hiding: newHiding()}
	for _, f := range flows {
		a.flows[f] = newFlowState(f)
	}
	for _, f := range flows {
		a.enqueue(a.flows[f])
		f.Walk(func(s *flow.Step) {
			if c := s.Traits.Callee; c != nil && c.Waits && a.flows[calls(c)] != nil {
				callee := a.flows[calls(c)]
				callee.callers = append(callee.callers, a.flows[f])
			}
		})
	}
	for len(a.pending) > 0 {
		next := a.pending[0]
		a.pending, next.queued = a.pending[1:], false
		a.visitFlow(next, calls)
	}
	var diags hcl.Diagnostics
	for _, f := range flows {
		a.inputs[f] = hiddenByVariables(f)
		if t := a.flows[f].input; t != nil {
			a.inputs[f] = t.String()
		}
		f.Walk(func(s *flow.Step) { diags = append(diags, a.checkPublished(s)...) })
	}
	return &Result{a.hiding}, diags
}

// checkPublished reports sensitive values that an action would store in the open.
func (a *analysis) checkPublished(s *flow.Step) hcl.Diagnostics {
	if !s.Traits.Published {
		return nil
	}
	var diags hcl.Diagnostics
	for _, r := range s.Reads {
		why := a.whyHidden(r)
		if a.isSensitive(s) {
			why = "stands in an action that " + a.steps[s].Sensitive
		}
		if why != "" && len(r.Sources()) > 0 || r.Secret() != "" {
			diags = append(diags, diag.Error(r.Range(), "Sensitive value in the open", fmt.Sprintf(
				"Contacts are shown in lists, exports and the API, but the value %s. Leave it out, or write nonsensitive(…) if everybody who reads contacts may see it.", why)))
		}
	}
	return diags
}

func newFlowState(f *flow.Flow) *flowState {
	s := &flowState{flow: f, steps: map[string]*flow.Step{}}
	f.Walk(func(step *flow.Step) { s.steps[step.Name] = step })
	return s
}

func (a *analysis) enqueue(f *flowState) {
	if !f.queued {
		f.queued = true
		a.pending = append(a.pending, f)
	}
}

// visitFlow passes through a flow until nothing changes.
func (a *analysis) visitFlow(f *flowState, calls func(*flow.Callee) *flow.Flow) {
	before := f.outcome
	f.changed = true
	for f.changed {
		f.changed = false
		w := walker{analysis: a, state: f, calls: calls}
		w.visitTrigger()
		w.visitList(f.flow.Actions, f.inside.because("is called by"))
		w.visitList(f.flow.OnError, f.inside.because("is called by"))
	}
	if f.outcome != before {
		for _, caller := range f.callers {
			a.enqueue(caller)
		}
	}
}

// visitTrigger hides the values that the trigger computes from sensitive variables.
func (w *walker) visitTrigger() {
	for _, r := range w.state.flow.Parts.Reads {
		if t, why := w.taintOf(r); t != nil {
			w.readers[r] = why
		}
	}
}

// hiddenByVariables says why the values that start a run of a flow are hidden, if
// the flow has sensitive variables.
func hiddenByVariables(f *flow.Flow) string {
	if f.Parts.Sensitive == nil {
		return ""
	}
	v := f.Parts.Sensitive(expr.Ref{})
	if v == nil {
		return ""
	}
	return (&taint{origin: v.Name + ", which is sensitive", at: v.Range}).String()
}

// because returns why an action is sensitive that the taint's origin holds; ""
// without a taint.
func (t *taint) because(relation string) string {
	if t == nil {
		return ""
	}
	return relation + " " + t.origin + " " + place(t.at)
}
