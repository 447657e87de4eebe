package flow

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/abandon"
)

// Abandoned counts the computations that a process has abandoned: those that
// ignored the end of their time and still run. See package abandon.
type Abandoned interface {
	abandon.Counter
	// Full reports whether so many of them run that no other run may begin.
	Full() bool
}

// noneAbandoned is the Abandoned of a run that is under test.
type noneAbandoned struct{}

func (noneAbandoned) Abandon() func() { return func() {} }
func (noneAbandoned) Full() bool      { return false }

// maxAbandonedInRun is how many computations of one run may be abandoned at the
// same time. A loop that continues after failures would otherwise leave thousands.
const maxAbandonedInRun = 4

// runsApart reports whether the action runs in a goroutine of its own, which the
// engine can abandon. Actions that hold others do not: they end when the actions
// inside end, and compute with Eval. A pure or prompt action whose fields are plain
// values and paths can't take long after its time has ended, and is spared the cost.
func (s *Step) runsApart(body *hclsyntax.Body) bool {
	if len(s.Traits.Lists) > 0 || s.Traits.Callee != nil {
		return false
	}
	return !s.Traits.Pure && !s.Traits.Prompt || computes(body)
}

// computes reports whether a block has an expression whose work may exceed the
// size of its values: a jq program, a function, or a loop. Functions that read when the
// files are loaded have no work left.
func computes(body *hclsyntax.Body) bool {
	if body.Attributes["jq"] != nil {
		return true
	}
	found := false
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.FunctionCallExpr:
			found = found || !funcs.ReadsAtLoad(n.Name)
		case *hclsyntax.ForExpr, *hclsyntax.SplatExpr:
			found = true
		}
		return nil
	})
	return found
}

// IsBrief reports whether the action is pure and ends at once, whatever its values are.
func (s *Step) IsBrief() bool { return s.Traits.Pure && !s.apart && len(s.Traits.Lists) == 0 }

// AnyComputes reports whether an expression is more than values and paths, so
// that its work may exceed the size of its values. nil is an expression that is
// not set.
func AnyComputes(exprs ...*expr.Expr) bool {
	for _, e := range exprs {
		if e != nil && e.Tier() == expr.General {
			return true
		}
	}
	return false
}

// runAction runs the action once. It returns the error of the context if the
// action still runs some time after the context has ended: the run continues, and
// nothing that the action does afterwards reaches the run.
func (s *Step) runAction(ctx context.Context, c *Call) (out any, err error) {
	if !s.apart {
		defer recoverPanic(&err)
		return s.runKind(ctx, c)
	}
	if c.frame.run.AtOnce {
		return nil, errNotAtOnce
	}
	a := &attempt{call: Call{Step: s, Attempt: c.Attempt, frame: c.frame}}
	if err = c.await(ctx, &a.call.state, func() { a.run(ctx) }); err != nil {
		return nil, err
	}
	if a.call.inputs != nil {
		c.inputs = a.call.inputs
	}
	return a.out, a.err
}

// Quick is a pure action that may run apart, and that most of the time ends at once.
// The goroutine of its own would cost more than the action.
type Quick interface {
	// RunQuick does one attempt if that takes some milliseconds at most, whatever the
	// values are, and succeeds. It reports false for another one, which then begins
	// from the start in Run.
	RunQuick(ctx context.Context, c *Call) (out any, done bool)
}

// runQuick runs an action that may run apart and ends at once. It reports false for
// another one.
func (s *Step) runQuick(ctx context.Context, c *Call) (out any, done bool, err error) {
	q, ok := s.Action.(Quick)
	if !ok || !s.apart {
		return nil, false, nil
	}
	defer recoverPanic(&err)
	out, done = q.RunQuick(ctx, c)
	return out, done, nil
}

// attempt is one attempt of an action that runs apart. It has a call of its own,
// so that an abandoned attempt changes nothing of the run.
type attempt struct {
	call Call
	out  any
	err  error
}

func (a *attempt) run(ctx context.Context) {
	defer recoverPanic(&a.err)
	a.out, a.err = a.call.Step.runKind(ctx, &a.call)
}

// Eval evaluates an expression of an action that holds others, or of a
// condition. It returns when the context has ended, even if the evaluation still
// runs.
func Eval[T any](ctx context.Context, c *Call, e expr.Of[T]) (v T, err error) {
	return evalApart(ctx, c, e, e.Eval)
}

// EvalCondition is Eval for a condition that is false if it is null.
func EvalCondition(ctx context.Context, c *Call, e expr.Of[bool]) (bool, error) {
	return evalApart(ctx, c, e, func(ctx context.Context, env expr.Env) (bool, error) { return e.EvalOr(ctx, env, false) })
}

func evalApart[T any](ctx context.Context, c *Call, e expr.Of[T], eval func(context.Context, expr.Env) (T, error)) (v T, err error) {
	if !AnyComputes(e.Expr()) {
		return eval(ctx, c)
	}
	if c.frame.run.AtOnce {
		return v, errNotAtOnce
	}
	var result struct {
		v   T
		err error
	}
	inner := &Call{Step: c.Step, Attempt: c.Attempt, frame: c.frame}
	err = c.await(ctx, &inner.state, func() {
		defer recoverPanic(&result.err)
		result.v, result.err = eval(ctx, inner)
	})
	if err != nil {
		return v, err
	}
	for name, input := range inner.inputs {
		c.setInput(name, input)
	}
	return result.v, result.err
}

// await runs work apart. It returns an error if the work was abandoned, or may
// not begin because too much work of the run was.
func (c *Call) await(ctx context.Context, s *abandon.State, work func()) error {
	run := c.frame.run
	if n := run.abandoned.Load(); n >= maxAbandonedInRun || n > 0 && run.Abandoned.Full() {
		return &Error{Class: Transient, Reason: ReasonTimeout, Message: fmt.Sprintf("not started: %d actions of the run took too long and still have not ended", n)}
	}
	if abandon.Wait(ctx, run.Clock, runCounter{run}, s, work) {
		return nil
	}
	return ctx.Err()
}

// runCounter counts an abandoned computation for its run and for the process.
type runCounter struct{ run *Run }

// Abandon counts a computation.
func (r runCounter) Abandon() func() {
	r.run.abandoned.Add(1)
	ended := r.run.Abandoned.Abandon()
	return func() {
		r.run.abandoned.Add(-1)
		ended()
	}
}
