package flow

import (
	"context"
	"slices"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Action is one kind of action: one Go file, its test, and one line in the
// list of kinds. Describe declares the fields; Run does the work of one
// attempt. A value is decoded once and then shared by all runs, so Run must
// not change it.
//
// Run reads its fields with Eval, giving the call as the environment. It
// returns the outputs that Describe declared, as a map[string]any or another
// JSON-like value, never changes what it has read, and returns soon after its
// context ends. An error that is an *Error says by its class and reason
// whether a retry can help; any other error counts as permanent.
type Action interface {
	schema.Describer
	Run(ctx context.Context, c *Call) (any, error)
}

// Kind is a kind of action by its name.
type Kind = schema.Kind[Action]

// TriggerKind is a kind of trigger by its name.
type TriggerKind = schema.Kind[Trigger]

// Opener is an action that needs something from outside before its first run,
// such as a client. Open is called when a configuration is put into service,
// never by validate.
type Opener interface {
	Open(r *Resources) error
}

// Pure marks an action without an effect outside of the run, which may be
// repeated at will.
type Pure interface {
	Pure()
}

// Volatile is a pure action that may return something else when it is repeated.
// What it returned is kept before an action with an effect outside begins, which
// then sends the same on each repeat.
type Volatile interface {
	Pure
	// Volatile tells whether it may, as it is declared.
	Volatile() bool
}

// Nester is an action that holds lists of actions.
type Nester interface {
	Lists() []List
}

// Gatherer is an action whose outputs hold those of the actions inside it.
type Gatherer interface {
	Nester
	Gathers()
}

// Waiter is an action that waits for time to go by, and so has no time-out
// unless the file gives one.
type Waiter interface {
	Waits()
}

// Ender is an action that may end the run.
type Ender interface {
	// Ends tells how a run that reaches the action goes on.
	Ends() Ending
}

// Answerer is an action that answers the caller, and may go on.
type Answerer interface {
	Answers()
}

// answers tells whether a run that goes through the list answers its caller,
// also where it goes on afterwards.
func (l List) answers() bool {
	return slices.ContainsFunc(l, func(s *Step) bool {
		_, ok := s.Action.(Answerer)
		return ok && !s.When.IsSet() && s.OnError != Continue
	})
}

// Ending tells how the way through a list ends.
type Ending int

// The endings, in the order of what is known: Open goes on behind the list,
// Ended ends the run somewhere without an answer, Answered surely answers.
const (
	Open Ending = iota
	Ended
	Answered
)

// Ends tells how a run that enters the list leaves it.
func (l List) Ends() Ending {
	for _, s := range l {
		if end := s.Ends(); end != Open {
			return end
		}
	}
	return Open
}

// Ends tells how a run that reaches the step goes on.
func (s *Step) Ends() Ending {
	e, ok := s.Action.(Ender)
	if !ok || !s.surelyRuns() || s.OnError == Continue {
		return Open
	}
	return e.Ends()
}

func (s *Step) surelyRuns() bool {
	holds, fixed := s.When.Constant()
	return !s.When.IsSet() || fixed && holds
}
