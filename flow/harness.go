package flow

import (
	"context"
	"net/http"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Harness stands between the actions of a run and the world outside, in tests of
// flows. Runs of a gateway that serves have none. It is safe for concurrent use.
type Harness interface {
	// StandIn returns what the action gets in place of its effect outside. It is
	// called after the fields of the action were evaluated and checked, once for
	// each attempt. The attempt fails with its error.
	StandIn(ctx context.Context, c *Call) (*Answer, error)
	// Input takes the value of a field of the action, unredacted.
	Input(c *Call, name string, v any)
	// Sending takes the HTTP request that the action would send, before StandIn.
	Sending(c *Call, r *HTTPRequest)
	// Ended takes the record of a step that ended, after the journal.
	Ended(c *Call, r *Record)
}

// Answer is what stands in for the effect of an action: an HTTP response for
// kinds with Traits.Exchanges, or else the outputs.
type Answer struct {
	HTTP   *HTTPAnswer
	Output any
}

// HTTPRequest is a request that an action would send.
type HTTPRequest struct {
	Method, URL string
	Header      http.Header
	Body        []byte
}

// HTTPAnswer is a response that stands in for that of a server.
type HTTPAnswer struct {
	Status int
	Header http.Header
	Body   []byte
}

// StandIn returns what a test of flows gives in place of the action's effect
// outside. ok is false outside of tests: the action then does its effect. Kinds
// with Traits.Performs call it, or Perform, immediately before that.
func (c *Call) StandIn(ctx context.Context) (a *Answer, ok bool, err error) {
	h := c.frame.run.Harness
	if h == nil {
		return nil, false, nil
	}
	a, err = h.StandIn(ctx, c)
	return a, true, err
}

// StandInExchange is StandIn for kinds with Traits.Exchanges, which say what they
// would send.
func (c *Call) StandInExchange(ctx context.Context, r *HTTPRequest) (a *Answer, ok bool, err error) {
	if h := c.frame.run.Harness; h != nil {
		h.Sending(c, r)
	}
	return c.StandIn(ctx)
}

// Perform does the effect of an action outside of the gateway, or returns the
// outputs that a test of flows gives in its place.
func Perform(ctx context.Context, c *Call, effect func(context.Context) (any, error)) (any, error) {
	a, ok, err := c.StandIn(ctx)
	switch {
	case !ok:
		return effect(ctx)
	case err != nil:
		return nil, err
	}
	return a.Output, nil
}

// ReachesOutside reports whether the action has an effect outside of the gateway,
// so that a test of the flow needs something in its place. Writing to the log or
// to the gateway's store, answering, waiting and running other actions are none.
func (s *Step) ReachesOutside() bool {
	t := s.Traits
	if t.Performs || t.Pure {
		return t.Performs
	}
	return !t.Stores && !t.Waits && !t.Answers && t.Ending == FallsThrough && len(t.Lists) == 0 && t.Callee == nil
}

// runKind runs the action, or what a test has in its place: kinds that do not know
// StandIn are replaced as a whole, after their fields were evaluated.
func (s *Step) runKind(ctx context.Context, c *Call) (any, error) {
	if c.frame.run.Harness == nil || s.Traits.Performs || !s.ReachesOutside() {
		return s.Action.Run(ctx, c)
	}
	for _, r := range s.Reads {
		e, ok := r.(*expr.Expr)
		if !ok || e.Name() == "" || e == s.When.Expr() {
			continue
		}
		if _, err := expr.Bind[any](e).Eval(ctx, c); err != nil {
			return nil, err
		}
	}
	a, _, err := c.StandIn(ctx)
	if err != nil {
		return nil, err
	}
	return a.Output, nil
}

// reportEnd passes the record of a step to the journal and to the harness.
func (c *Call) reportEnd(rec *Record) {
	run := c.frame.run
	run.Journal.Done(rec)
	if run.Harness != nil {
		run.Harness.Ended(c, rec)
	}
}
