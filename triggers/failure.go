package triggers

import (
	"cmp"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// failureRoot is the name under which a flow reads the failures that started it.
const failureRoot = "failure"

// failure starts a run if runs of other flows fail.
type failure struct {
	valueCodec
	queue

	flows  []string
	after  int
	within time.Duration
	digest time.Duration // 0 for none

	watched []flow.WatchedFlow
}

// The bounds of a window.
const (
	minFailureWindow = time.Second
	maxFailureWindow = 31 * 24 * time.Hour
	maxFailuresAfter = 1_000_000
)

// Describe declares the block.
func (t *failure) Describe(s *schema.Spec) {
	t.mainRoot, t.flows, t.after, t.within = failureRoot, []string{flow.AnyFlow}, 1, 10*time.Minute
	s.Doc = "Starts a run if runs of other flows fail for good: sync runs, and async runs that are not attempted again. Refused requests and cancelled runs don't count. Runs are counted in windows, in the store, so that several gateways on one store start one run. A window begins with the first failure that is in no other window, and lasts `within`; it starts one run, at the failure number `after`. With `digest` it starts one run at its end, with all failures; without a failure there is none.\n\n" +
		"The flow reads `failure.flow` (null if runs of several flows failed; never if `flows` has one name), `failure.count`, `failure.causes` and `failure.runs`. The causes are objects with `flow`, `action` (null if no action failed), `message` and `count`; failures whose messages differ only in quoted texts, addresses, numbers and ids have one cause, and `…` stands for these values. The runs are ids for `gateway runs show`. Both lists end at 20, and the count goes on.\n\n" +
		"A failure of a run that this trigger started counts for no flow, and so do those of runs that it causes, by action `flow` or by tags. So failures can't start flows without end. Sync runs count when they are in the history: an overloaded gateway may leave some out."
	schema.Attr(s, &t.flows, "flows", "The flows whose failures count; `*` is all flows.")
	schema.Attr(s, &t.after, "after", "How many failures within the time start a run. More that came at the same time are counted too.")
	schema.Attr(s, &t.within, "within", "The length of a window, which starts one run at most: between 1s and 31d.")
	schema.Attr(s, &t.digest, "digest", "In place of `after` and `within`: the time after its first failure at which a run is started with all of them.")
	t.describeConcurrency(s, "")
	s.Check(t.checkSettings)
	s.Example(schema.Example{
		Title: "When five runs failed within ten minutes",
		HCL:   "trigger \"failure\" {\n  flows  = [\"orders\", \"payments\"]\n  after  = 5\n  within = \"10m\"\n}",
	})
	s.Example(schema.Example{
		Title: "A report of all failures, at most once a day",
		HCL:   "trigger \"failure\" {\n  digest = \"24h\"\n}",
	})
}

func (t *failure) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if len(t.flows) == 0 {
		diags = append(diags, d.Problem("flows", "No flows", `Name the flows whose failures count, or write ["*"] for all.`))
	}
	for i, name := range t.flows {
		t.watched = append(t.watched, flow.WatchedFlow{Name: name, Range: d.Element("flows", i)})
	}
	if t.after < 1 || t.after > maxFailuresAfter {
		diags = append(diags, d.Problem("after", "Wrong value", fmt.Sprintf("It must be between 1 and %d.", maxFailuresAfter)))
	}
	length := "within"
	if d.Has("digest") {
		length = "digest"
		for _, name := range []string{"after", "within"} {
			if d.Has(name) {
				diags = append(diags, d.Problem(name, "Not with digest", "A digest starts one run for all failures of its time. Remove "+name+", or remove digest."))
			}
		}
	}
	if l := t.length(); l < minFailureWindow || l > maxFailureWindow {
		diags = append(diags, d.Problem(length, "Wrong value", "It must be between 1s and 31d."))
	}
	return diags
}

// length returns the length of a window.
func (t *failure) length() time.Duration {
	if t.digest != 0 {
		return t.digest
	}
	return t.within
}

// Roots returns the name failure.
func (t *failure) Roots() map[string]cty.Type {
	cause := cty.ObjectWithOptionalAttrs(map[string]cty.Type{
		"flow": cty.String, "action": cty.String, "message": cty.String, "count": cty.Number,
	}, []string{"action"})
	var mayBeNull []string
	if t.only() == "" {
		mayBeNull = []string{"flow"}
	}
	return map[string]cty.Type{failureRoot: cty.ObjectWithOptionalAttrs(map[string]cty.Type{
		"flow": cty.String, "count": cty.Number, "causes": cty.List(cause), "runs": cty.List(cty.String),
	}, mayBeNull)}
}

// only returns the one flow whose failures count; "" if there are several.
func (t *failure) only() string {
	if len(t.flows) == 1 && t.flows[0] != flow.AnyFlow {
		return t.flows[0]
	}
	return ""
}

// RefineScope says why members of failure may be null.
func (t *failure) RefineScope(s *expr.Scope) *expr.Scope {
	const flows, action = failureRoot + ".flow", failureRoot + ".causes[*].action"
	return s.
		WithNullReason(flows, flows+" is null if runs of several flows failed.", "Write coalesce("+flows+", \"several flows\").").
		WithNullReason(action, action+" is null if no action failed, such as in a run that took too long.", "Write coalesce(….action, \"–\").")
}

// Parts returns the part for failures.
func (t *failure) Parts(string) flow.Parts {
	return flow.Parts{
		Failure: &flow.FailurePart{Flows: t.watched, After: t.after, Length: t.length(), Digest: t.digest != 0, Event: t.newEvent},
		Codec:   anyCodec{t}, Queue: t.limits(),
	}
}

// newEvent returns the event of a window. Failures of the one flow that counts have two
// names if it was renamed meanwhile.
func (t *failure) newEvent(f flow.Failures) flow.Event {
	f.Flow = cmp.Or(f.Flow, t.only())
	return newFailureEvent(f)
}

// newFailureEvent returns the event of a window.
func newFailureEvent(f flow.Failures) flow.Event {
	causes := make([]any, len(f.Causes))
	for i, c := range f.Causes {
		causes[i] = map[string]any{"flow": c.Flow, "action": nullIfEmpty(c.Action), "message": c.Message, "count": c.Count}
	}
	runs := make([]any, len(f.Runs))
	for i, id := range f.Runs {
		runs[i] = id
	}
	return &valueEvent{mainRoot: failureRoot, fromFailure: true, roots: map[string]any{failureRoot: map[string]any{
		"flow": nullIfEmpty(f.Flow), "count": f.Count, "causes": causes, "runs": runs,
	}}}
}

// nullIfEmpty returns a text, null for "".
func nullIfEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}
