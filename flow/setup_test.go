package flow_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

// lab compiles and runs flows of three kinds of actions: "do", which does what
// the test says, "group", which runs a list, "fork", which runs its actions
// at once, and "end".
type lab struct {
	t    *testing.T
	does map[string]func(ctx context.Context, c *flow.Call) (any, error) // by action
	// quick is what actions do at first, by action; nil for those that are not quick.
	quick map[string]func(c *flow.Call) (any, bool)

	mu      sync.Mutex
	ran     []string // actions "do", each attempt
	records []*flow.Record
}

func newLab(t *testing.T) *lab {
	return &lab{t: t, does: map[string]func(context.Context, *flow.Call) (any, error){}}
}

// do is an action that yields what the test says, or else what it is given.
type do struct {
	lab  *lab
	give expr.Of[any]
}

func (d *do) Describe(s *schema.Spec) {
	s.Doc = "Does what a test says."
	schema.Expr(s, &d.give, "give", "What it returns.")
	s.AnyOutput()
}

func (*do) Traits() flow.Traits { return flow.Traits{} }

func (d *do) Run(ctx context.Context, c *flow.Call) (any, error) {
	d.lab.mu.Lock()
	d.lab.ran = append(d.lab.ran, c.Step.Name)
	d.lab.mu.Unlock()
	if f := d.lab.does[c.Step.Name]; f != nil {
		return f(ctx, c)
	}
	return d.give.Eval(ctx, c)
}

// RunQuick does what the test says of a quick action.
func (d *do) RunQuick(_ context.Context, c *flow.Call) (any, bool) {
	if f := d.lab.quick[c.Step.Name]; f != nil {
		return f(c)
	}
	return nil, false
}

// group runs a list in which "each" is known.
type group struct{ actions flow.List }

func (g *group) Describe(s *schema.Spec) {
	s.Doc = "Runs a list."
	s.Output("state", cty.String, "What the group says.")
	s.Then(func(c *schema.Context) { c.Scope = c.Scope.With("each", cty.DynamicPseudoType) })
	flow.Actions(s, &g.actions)
}

func (g *group) Traits() flow.Traits {
	return flow.Traits{Waits: true, Lists: []flow.List{g.actions}, Ending: g.actions.Ending()}
}

func (g *group) Run(ctx context.Context, c *flow.Call) (any, error) {
	return map[string]any{"state": "done"}, c.Execute(ctx, g.actions, map[string]any{"each": map[string]any{"key": "k"}})
}

// fork runs its actions at once.
type fork struct{ actions flow.List }

func (k *fork) Describe(s *schema.Spec) {
	s.Doc = "Runs its actions at once."
	s.AnyOutput()
	flow.Actions(s, &k.actions)
}

func (k *fork) Traits() flow.Traits {
	return flow.Traits{Waits: true, Lists: []flow.List{k.actions}, Ending: k.actions.Ending()}
}

func (k *fork) Run(ctx context.Context, c *flow.Call) (any, error) {
	n := len(k.actions)
	results, err := c.Iterate(ctx, n, func(i int) flow.Iteration { return flow.Iteration{List: k.actions[i : i+1]} }, n, false)
	outputs := map[string]any{}
	for _, r := range results {
		maps.Copy(outputs, r.Outputs)
	}
	return outputs, err
}

// end ends the run with an answer or without one.
type end struct {
	answer int
	output expr.Of[any]
}

func (e *end) Describe(s *schema.Spec) {
	s.Doc = "Ends the run."
	schema.Attr(s, &e.answer, "answer", "The status of an answer.")
	schema.Expr(s, &e.output, "output", "What the run returns.")
}

func (e *end) Traits() flow.Traits {
	if e.answer > 0 {
		return flow.Traits{Ending: flow.EndsWithAnswer}
	}
	return flow.Traits{Ending: flow.EndsRun}
}

func (e *end) Run(ctx context.Context, c *flow.Call) (any, error) {
	if e.answer > 0 {
		return nil, c.Respond(&flow.Response{Status: e.answer})
	}
	out, err := e.output.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	return nil, c.End(flow.Failed, "ended", out)
}

// trigger gives webhook.body.
type trigger struct{ sync bool }

func (tr *trigger) Describe(s *schema.Spec) {
	s.Doc = "Starts a run by hand."
	schema.Attr(s, &tr.sync, "sync", "Whether a caller waits.")
}

func (*trigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"webhook": cty.Object(map[string]cty.Type{"body": cty.DynamicPseudoType})}
}

func (tr *trigger) Parts(string) flow.Parts {
	if !tr.sync {
		return flow.Parts{}
	}
	return flow.Parts{HTTP: &flow.HTTPPart{NeedsRespond: true}}
}

// quiet gives no names.
type quiet struct{}

func (*quiet) Describe(s *schema.Spec)    { s.Doc = "Starts a run." }
func (*quiet) Roots() map[string]cty.Type { return nil }
func (*quiet) Parts(string) flow.Parts    { return flow.Parts{} }

type event struct{ body any }

func (e event) Value(root string) any {
	if root == "webhook" {
		return map[string]any{"body": e.body}
	}
	return nil
}

func (e event) Input() any { return e.body }

func (l *lab) kinds() flow.Kinds {
	return flow.Kinds{
		Actions: []flow.Kind{
			{Name: "do", New: func() flow.Action { return &do{lab: l} }},
			{Name: "group", New: func() flow.Action { return &group{} }},
			{Name: "fork", New: func() flow.Action { return &fork{} }},
			{Name: "end", New: func() flow.Action { return &end{} }},
			{Name: "later", NotYet: "it is not written yet."},
		},
		Triggers: []flow.TriggerKind{{Name: "test", New: func() flow.Trigger { return &trigger{} }}, {Name: "quiet", New: func() flow.Trigger { return &quiet{} }}},
	}
}

// parse compiles what stands in a flow behind its trigger.
func (l *lab) parse(body string) (*flow.Flow, hcl.Diagnostics) {
	l.t.Helper()
	return l.parseFlow("flow \"test\" {\n  trigger \"test\" {}\n" + body + "\n}\n")
}

func (l *lab) parseFlow(src string) (*flow.Flow, hcl.Diagnostics) {
	l.t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		l.t.Fatalf("%s\n%v", src, diags)
	}
	scope := expr.NewScope(map[string]cty.Value{}, funcs.Table(funcs.Options{}), clock.System{})
	return flow.Compile(file.Body.(*hclsyntax.Body).Blocks[0], scope, l.kinds())
}

// must is parse for a flow without errors.
func (l *lab) must(body string) *flow.Flow {
	l.t.Helper()
	f, diags := l.parse(body)
	if diags.HasErrors() {
		l.t.Fatalf("%s\n%v", body, diags.Errs())
	}
	return f
}

// start prepares a run of a flow.
func (l *lab) start(body string) *flow.Run {
	l.t.Helper()
	return &flow.Run{
		ID: "run", Attempt: 1, Started: time.Now(), Flow: l.must(body), Event: event{},
		Journal: labJournal{l: l},
	}
}

// labJournal collects the records of a run.
type labJournal struct {
	flow.NoJournal
	l      *lab
	before func(c *flow.Call) error // may be nil
}

func (j labJournal) Before(_ context.Context, c *flow.Call) error {
	if j.before == nil {
		return nil
	}
	return j.before(c)
}

func (j labJournal) Done(r *flow.Record) {
	j.l.mu.Lock()
	defer j.l.mu.Unlock()
	j.l.records = append(j.l.records, r)
}

// run compiles and runs a flow.
func (l *lab) run(body string) flow.Outcome {
	l.t.Helper()
	return flow.Execute(l.t.Context(), l.start(body))
}

// states writes the records as "name:state:attempts".
func (l *lab) states() string {
	var out []string
	for _, r := range l.records {
		out = append(out, r.Step.Name+":"+string(r.State))
	}
	return strings.Join(out, " ")
}

func (l *lab) order() string { return strings.Join(l.ran, " ") }

// fails makes an action fail with an error, the first times or always.
func (l *lab) fails(action string, err error, times int) {
	n := 0
	l.does[action] = func(context.Context, *flow.Call) (any, error) {
		if n++; times > 0 && n > times {
			return n, nil
		}
		return nil, err
	}
}

// read evaluates the output of an action as another one would.
func read(c *flow.Call, action string) any {
	v, _ := c.Value("action").(value.Object).Get(action)
	return v
}
