package actiontest

import (
	"context"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// calleeTrigger starts a flow that others call. It reads "input".
type calleeTrigger struct{ needs []flow.Input }

func (*calleeTrigger) Describe(s *schema.Spec) { s.Doc = "Starts where another flow calls." }

func (*calleeTrigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"input": cty.DynamicPseudoType}
}

func (*calleeTrigger) Encode(flow.Event) (flow.StoredEvent, error) { return flow.StoredEvent{}, nil }

func (*calleeTrigger) Decode(flow.StoredEvent, flow.Limits) (flow.Event, error) {
	return calleeEvent{}, nil
}

func (c *calleeTrigger) Parts(string) flow.Parts {
	return flow.Parts{Call: &flow.CallPart{Inputs: func() []flow.Input { return c.needs }, Event: calledEvent}, Codec: c, Queue: flow.Queue{Max: 1}}
}

func calledEvent(_ context.Context, c *flow.Call, input any) (flow.Event, error) {
	depth, err := c.NextDepth()
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

// calleeBody holds the actions of the flow that examples call.
const calleeBody = `action "transform" "known" { jq = "{ email: .email, known: true }" }
action "stop" "give" { output = action.known.value }`

// BindCallees gives actions that call a flow the one of the test.
func (b *Bench) BindCallees(f *flow.Flow) hcl.Diagnostics {
	var diags hcl.Diagnostics
	f.Walk(func(s *flow.Step) {
		c := s.Traits.Callee
		if c == nil {
			return
		}
		name := c.Name
		target := f // one that calls itself
		if name != f.Name {
			target = b.callee(name)
		}
		diags = append(diags, c.Bind(target)...)
	})
	return diags
}

func (b *Bench) callee(name string) *flow.Flow {
	b.T.Helper()
	body := b.Callees[name]
	if body == "" {
		body = calleeBody
	}
	scope, _ := b.Scope()
	block := ParseBlock(b.T, "flow \""+name+"\" {\nenabled = "+map[bool]string{true: "false", false: "true"}[name == "off"]+"\ntrigger \"callee\" {}\n"+body+"\n}\n")
	f, diags := flow.Compile(block, scope, flow.Kinds{
		Actions:  actions.All(),
		Triggers: []flow.TriggerKind{{Name: "callee", New: func() flow.Trigger { return &calleeTrigger{b.CalleeInputs} }}},
	})
	if diags.HasErrors() {
		b.T.Fatal(diags)
	}
	_ = b.BindCallees(f)
	return f
}

// Starter is a service that notes which flows were started.
type Starter struct {
	mu      sync.Mutex
	Started []string
	Err     error
}

// Start collects the cause and returns an id.
func (s *Starter) Start(_ context.Context, f *flow.Flow, _ flow.Event, cause string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Started = append(s.Started, f.Name+" by "+cause)
	return "01other", s.Err
}
