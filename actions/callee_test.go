package actions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// calleeTrigger starts a flow that others call. It reads "input".
type calleeTrigger struct{ needs []flow.Input }

func (*calleeTrigger) Describe(s *schema.Spec) { s.Doc = "Starts where another flow calls." }

func (*calleeTrigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"input": cty.DynamicPseudoType}
}

func (*calleeTrigger) Encode(flow.Event) (flow.Kept, error)              { return flow.Kept{}, nil }
func (*calleeTrigger) Decode(flow.Kept, flow.Limits) (flow.Event, error) { return calleeEvent{}, nil }

func (*calleeTrigger) Queue() flow.Queue      { return flow.Queue{Max: 1} }
func (c *calleeTrigger) Inputs() []flow.Input { return c.needs }

func (*calleeTrigger) Called(_ context.Context, c *flow.Call, input any) (flow.Event, error) {
	depth, err := c.Deeper()
	return calleeEvent{input, depth}, err
}

type calleeEvent struct {
	input any
	depth int
}

func (e calleeEvent) Value(root string) any {
	if root != "input" {
		return nil
	}
	return e.input
}
func (e calleeEvent) Input() any { return e.input }
func (e calleeEvent) Depth() int { return e.depth }

// calleeBody is what the flow does that examples call.
const calleeBody = `action "transform" "known" { jq = "{ email: .email, known: true }" }
action "stop" "give" { output = action.known.value }`

// bind gives actions that call a flow the one of the test.
func (b *bench) bind(f *flow.Flow) hcl.Diagnostics {
	var diags hcl.Diagnostics
	f.Walk(func(s *flow.Step) {
		c, ok := s.Action.(flow.Caller)
		if !ok {
			return
		}
		name, _ := c.Callee()
		target := f // one that calls itself
		if name != f.Name {
			target = b.callee(name)
		}
		diags = append(diags, c.Bind(target)...)
	})
	return diags
}

func (b *bench) callee(name string) *flow.Flow {
	b.t.Helper()
	body := b.callees[name]
	if body == "" {
		body = calleeBody
	}
	scope, _ := b.scope()
	block := parseBlock(b.t, "flow \""+name+"\" {\nenabled = "+map[bool]string{true: "false", false: "true"}[name == "off"]+"\ntrigger \"callee\" {}\n"+body+"\n}\n")
	f, diags := flow.Compile(block, scope, flow.Kinds{
		Actions:  All(),
		Triggers: []flow.TriggerKind{{Name: "callee", New: func() flow.Trigger { return &calleeTrigger{b.needs} }}},
	})
	if diags.HasErrors() {
		b.t.Fatal(diags)
	}
	_ = b.bind(f)
	return f
}

// started is a service that notes which flows were started.
type started struct {
	mu   sync.Mutex
	list []string
	err  error
}

func (s *started) Start(_ context.Context, f *flow.Flow, _ flow.Event, cause string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, f.Name+" by "+cause)
	return "01other", s.err
}

func TestFlow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.do("flow", "flow = \"lookup\"\ninput = { email = webhook.body.email }", `{"email": "a@example.com"}`)
	if got["email"] != "a@example.com" || got["known"] != true {
		t.Errorf("the flow returned %v", got)
	}
	got = b.do("flow", "flow = \"lookup\"\ninput = { email = \"x\" }\nwait = false", `{}`)
	s := b.services.Starter.(*started)
	if got["run"] != "01other" || len(s.list) != 1 || s.list[0] != "lookup by 01run/example" {
		t.Errorf("the action returned %v, and started %v", got, s.list)
	}
}

func TestFlowFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.callees = map[string]string{
		"broken":  "action \"transform\" \"bad\" { jq = \"error(\\\"no\\\")\" }\non_error {\naction \"log\" \"told\" { message = \"${flow.name}: ${error.action}\" }\n}",
		"stopped": "action \"stop\" \"s\" {\nstatus = \"failed\"\nmessage = \"no stock\"\n}",
		"endless": "action \"flow\" \"again\" { flow = \"endless\" }",
	}
	b.services.Starter = &started{err: errors.New("the store is away")}
	for body, want := range map[string]string{
		"flow = \"broken\"":               "bad:",
		"flow = \"stopped\"":              "no stock",
		"flow = \"endless\"":              "16 times",
		"flow = \"off\"":                  "disabled",
		"flow = \"lookup\"\nwait = false": "the store is away",
	} {
		res := b.run(t.Context(), b.must(action("flow", body)), "{}")
		if res.State != flow.Failed || !strings.Contains(res.Err.Error(), want) {
			t.Errorf("%s: %v", body, res.Err)
		}
		if want == "bad:" && (res.Err.Flow != "broken" || len(res.lines) != 1 || res.lines[0].message != "broken: bad") {
			t.Errorf("the error is of flow %q, and the flow's on_error said %v", res.Err.Flow, res.lines)
		}
	}
}

// TestFlowPaths: the actions of a flow that was called are told apart from
// those of the run, whatever their names.
func TestFlowPaths(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.callees = map[string]string{"lookup": `action "log" "same" { message = run.id }`}
	res := b.run(t.Context(), b.must("action \"log\" \"same\" { message = \"x\" }\naction \"loop\" \"l\" {\nfor_each = [1, 2]\naction \"flow\" \"c\" { flow = \"lookup\" }\n}\naction \"respond\" \"r\" {}"), "{}")
	var paths []string
	for _, rec := range res.records {
		paths = append(paths, rec.Flow.Name+":"+rec.Path)
	}
	if got := strings.Join(paths, " "); got != "test:same lookup:l/0/c/same test:l/0/c lookup:l/1/c/same test:l/1/c test:l test:r" {
		t.Errorf("paths %s", got)
	}
}

func TestFlowInputs(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`flow = "lookup"`: "needs \"email\"",
		"flow = \"lookup\"\ninput = { email = 1, nane = 2 }": "Did you mean \"name\"",
		"flow = \"lookup\"\ninput = { email = 1 }":           "",
		"flow = \"lookup\"\ninput = webhook.body":            "",
	} {
		b := newBench(t)
		b.needs = []flow.Input{{Name: "email", Required: true}, {Name: "name"}}
		f, diags := b.compile(action("flow", body))
		diags = append(diags, b.bind(f)...)
		if want == "" && diags.HasErrors() || want != "" && !strings.Contains(fmt.Sprint(diags.Errs()), want) {
			t.Errorf("%s: %v", body, diags)
		}
	}
}

// TestFlowDepth: flows may call one another as deep as the message says.
func TestFlowDepth(t *testing.T) {
	t.Parallel()
	for levels, want := range map[int]flow.State{flow.MostDeep: flow.Succeeded, flow.MostDeep + 1: flow.Failed} {
		b := newBench(t)
		b.callees = map[string]string{fmt.Sprintf("f%d", levels): `action "log" "end" { message = "here" }`}
		for i := 1; i < levels; i++ {
			b.callees[fmt.Sprintf("f%d", i)] = fmt.Sprintf(`action "flow" "down" { flow = "f%d" }`, i+1)
		}
		res := b.run(t.Context(), b.must(action("flow", `flow = "f1"`)+"\naction \"respond\" \"r\" {}"), "{}")
		if res.State != want {
			t.Errorf("%d levels: %s (%v)", levels, res.State, res.Err)
		}
	}
}
