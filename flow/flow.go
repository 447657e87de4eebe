// Package flow is the domain: flows, their actions, the events that start
// them, and Execute, the one function that runs a flow. The sync endpoint,
// background workers, tests of flows and replays all call it.
//
// The package does no I/O of its own. What a kind of action needs from
// outside it opens through Resources when a configuration is put into
// service; see Action for how to write a kind.
package flow

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Flow is one compiled flow. It is never changed after it was compiled, and
// any number of runs share it.
type Flow struct {
	Name        string
	Label       string // what people call it; the name where the file gives none
	Description string
	Enabled     bool
	Trigger     Trigger
	Kind        string // of the trigger, such as "webhook"
	Actions     List
	OnError     List
	Retry       *Retry    // of a whole async run that failed; nil for none
	Range       hcl.Range // the block's head
}

// List is a sequence of actions, run in the order in which they are written.
type List []*Step

// Step is an action at its place in a flow: what the file says of it besides
// its kind's own fields.
type Step struct {
	Name      string
	Kind      string
	Range     hcl.Range
	Action    Action
	When      expr.Of[bool]
	Timeout   time.Duration
	Retry     *Retry
	OnError   string // Stop or Continue
	Sensitive bool   // inputs and outputs are kept out of logs and history
	Traits    Traits // of the action, as it was decoded

	fallback bool // inside on_error
}

// What a failed action does to its run.
const (
	Stop     = "stop"
	Continue = "continue"
)

// DefaultTimeout is how long one attempt of an action may take.
const DefaultTimeout = 30 * time.Second

// Trigger is what starts a flow. Kinds of triggers implement more: see
// Endpoint.
type Trigger interface {
	schema.Describer
	// Roots gives the names that the flow's actions may read, such as
	// "webhook", with their types. It is called after decoding.
	Roots() map[string]cty.Type
}

// TriggerKind is a kind of trigger by its name.
type TriggerKind = schema.Kind[Trigger]

// Named is a trigger that needs to know its flow's name.
type Named interface {
	Trigger
	Named(flow string)
}

// Responder is a trigger whose caller waits for the flow's answer.
type Responder interface {
	// NeedsRespond tells whether a path without action "respond" would leave
	// the caller with an answer that the file does not give.
	NeedsRespond() bool
}

// Event is what came in and started a run.
type Event interface {
	// Value returns what stands under one of the trigger's names, and nil for
	// any other.
	Value(root string) any
	// Input is what a jq program reads where it is given no input: the body
	// of a webhook.
	Input() any
}

// Walk calls visit for every step of the flow.
func (f *Flow) Walk(visit func(*Step)) {
	f.Actions.Walk(visit)
	f.OnError.Walk(visit)
}
