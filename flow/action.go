package flow

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Action is one kind of action: one Go file, its test, and one line in the
// list of kinds. Describe declares the fields, Traits says how the engine may
// treat the action, Run does the work of one attempt. A value is decoded once
// and then shared by all runs, so Run must not change it.
//
// Run reads its fields with Eval and passes the call as the environment. It
// returns the outputs that Describe declared, as a map[string]any or another
// JSON-like value, never changes a value that it read, and returns soon after
// its context ends. An error that is an *Error says by its class and reason
// whether a retry can help; any other error counts as permanent.
type Action interface {
	schema.Describer
	// Traits is called before decoding, for the kind alone, and after decoding.
	Traits() Traits
	Run(ctx context.Context, c *Call) (any, error)
}

// Traits tell the engine how it may treat an action. The zero value is right
// for an action that has an effect outside of the run and nothing more: it never
// runs again once it completed.
type Traits struct {
	// Pure: the action has no effect outside of the run and may be repeated.
	Pure bool
	// Prompt: Run returns soon after its context has ended, although it waits for
	// others. It then needs no goroutine of its own.
	Prompt bool
	// Volatile: the action is pure, but may return something different when it
	// is repeated. Its output becomes durable before an action with an effect
	// outside starts, which then sends the same on each repeat.
	Volatile bool
	// Waits: the action waits for a time or for other actions, and so has no
	// timeout unless the file gives one.
	Waits bool
	// Delay is how long the action waits, if the file fixes it; nil if it does not.
	Delay *Delay
	// Lists are the actions inside the action. Lists that run at once are apart.
	Lists []List
	// Gathers: the outputs hold those of the actions inside.
	Gathers bool
	// Iterates: the actions inside read each, which holds values of the action's
	// own fields.
	Iterates bool
	// OwnOutputs: the outputs repeat nothing of the fields, such as an id that
	// another system gave.
	OwnOutputs bool
	// Repeats are the names of the fields that the outputs repeat nevertheless.
	Repeats []string
	// Published: the fields are stored where operators read them, so that they
	// can't hold sensitive values.
	Published bool
	// Returns: the fields are what the flow returns to the flow that called it.
	Returns bool
	// Performs: Run passes its effect outside to Perform, or asks Call.StandIn
	// before it, so that tests of flows put a mock in place of the effect alone.
	// The mock of another action with such an effect replaces all of Run.
	Performs bool
	// Exchanges: what Run performs is an HTTP request, so that mocks give the
	// response.
	Exchanges bool
	// Stores: the action writes to the store of the gateway, and can't complete
	// while that is unavailable.
	Stores bool
	// Returned is the type of what the flow returns to the flow that called it, if
	// it ends with the action; cty.NilType if that is nothing.
	Returned cty.Type
	// ReturnsNull: a run that ends with the action succeeds and returns null.
	ReturnsNull bool
	// Answers: the action answers the caller; the run may continue after it.
	Answers bool
	// Ending tells how a run that reaches the action continues.
	Ending Ending
	// Behind adds what is known behind the action, because some of its lists end
	// the run, to the scope of the actions after it; nil for nothing.
	Behind func(*expr.Scope) *expr.Scope
	// Callee is the flow that the action calls; nil for none.
	Callee *Callee
	// Sends reports, by the outputs, whether something went out to the contact of
	// the flow, who then gets the tag "sent:FLOW/ACTION". nil means never.
	Sends func(outputs any) bool
	// Restore turns outputs that were stored as JSON into the values that the
	// action returned; nil if JSON keeps them as they are.
	Restore func(stored any) any
}

// Delay is a wait that the file fixes.
type Delay struct {
	For   time.Duration
	Range hcl.Range // of the length in the file
}

// Callee is the flow that an action calls.
type Callee struct {
	Name  string
	Range hcl.Range // of the name in the file
	Waits bool      // the flow runs as a part of the run, and its output is that of the action
	// Bind takes the flow after all flows were compiled, and checks the input
	// that the action passes to it.
	Bind func(*Flow) hcl.Diagnostics
}

// Opener is an action, or an endpoint of a trigger, that needs something from outside before its first run,
// such as a client. Open is called when a configuration is put into service,
// never by validate.
type Opener interface {
	Open(r *Resources) error
}

// Kind is a kind of action by its name.
type Kind = schema.Kind[Action]

// Ending tells how the path through an action or a list ends.
type Ending int

// The endings, ordered by certainty of an answer: FallsThrough continues behind the
// action, EndsRun ends the run somewhere without an answer, EndsWithAnswer
// always answers the caller.
const (
	FallsThrough Ending = iota
	EndsRun
	EndsWithAnswer
)

// Ending tells how a run that enters the list leaves it.
func (l List) Ending() Ending {
	for _, s := range l {
		if end := s.ending(); end != FallsThrough {
			return end
		}
	}
	return FallsThrough
}

// ending tells how a run that reaches the step continues.
func (s *Step) ending() Ending {
	holds, fixed := s.When.Constant()
	alwaysRuns := !s.When.IsSet() || fixed && holds
	if !alwaysRuns || s.OnError == Continue {
		return FallsThrough
	}
	return s.Traits.Ending
}

// alwaysAnswers reports whether each run through the list answers its caller,
// even if it continues afterwards.
func (l List) alwaysAnswers() bool {
	return slices.ContainsFunc(l, func(s *Step) bool {
		return s.Traits.Answers && !s.When.IsSet() && s.OnError != Continue
	})
}

// Walk calls visit for each step of the list and of the lists inside it.
func (l List) Walk(visit func(*Step)) {
	for _, s := range l {
		visit(s)
		for _, inner := range s.Traits.Lists {
			inner.Walk(visit)
		}
	}
}
