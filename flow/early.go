package flow

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
)

// OutcomeIgnored is the outcome of a request that no flow wants. Its caller gets a
// success, and the history has it as ignored.
const OutcomeIgnored = "ignored"

// ErrKeysUnavailable says that nobody can tell now whether a key lets a caller in.
var ErrKeysUnavailable = errors.New("the keys of callers can't be read now")

// Handshakes keeps the secrets that senders choose in their handshakes with a flow.
type Handshakes interface {
	// Secret returns the secret of a sender; "" if there was no handshake. The error
	// is ErrHandshakesUnavailable.
	Secret(ctx context.Context, sender string) (string, error)
	// Keep keeps the secret of a sender. The error is ErrHandshakeDone if another
	// secret is kept, or ErrHandshakesUnavailable.
	Keep(ctx context.Context, sender, secret string) error
}

// The errors of Handshakes.
var (
	ErrHandshakesUnavailable = errors.New("the secrets of handshakes can't be read or stored now")
	ErrHandshakeDone         = errors.New("the flow has the secret of an earlier handshake; `gateway handshakes reset` deletes it")
)

// Rate is a number of requests per time, of which Burst may come at once.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int
}

// OutcomeChallenge is the outcome of a request by which a provider tries an endpoint,
// and which was answered without a run. It is no refusal, and the history does not
// have it.
const OutcomeChallenge = "challenge"

// Evaluation evaluates an expression. It writes only values that nobody reads
// after an error.
type Evaluation func(ctx context.Context, env expr.Env) error

// Evaluator runs the evaluation of an expression that decides whether an event
// starts a run, with the names of the run that would start.
type Evaluator func(ev Event, evaluate Evaluation) *Problem

// EvaluateEarly evaluates an expression of a trigger before there is a run. The
// value is fallback if the expression is not set or null.
func EvaluateEarly[T any](in Incoming, ev Event, e expr.Of[T], fallback T) (T, *Problem) {
	evaluate := in.Evaluate
	if evaluate == nil {
		evaluate = evaluateDirectly
	}
	var v T
	problem := evaluate(ev, func(ctx context.Context, env expr.Env) (err error) {
		v, err = e.EvalOr(ctx, env, fallback)
		return err
	})
	if problem != nil {
		return fallback, problem
	}
	return v, nil
}

// evaluateDirectly evaluates with the names of the event alone.
func evaluateDirectly(ev Event, evaluate Evaluation) *Problem {
	if err := evaluate(context.Background(), ev); err != nil {
		return UndecidedProblem(err)
	}
	return nil
}

// UndecidedProblem refuses a request for which an expression of the trigger failed.
func UndecidedProblem(cause error) *Problem {
	return &Problem{
		Status: http.StatusInternalServerError, Outcome: "undecided", Cause: cause,
		Detail: "An expression of the trigger failed, so the gateway can't tell whether the request starts a run.",
	}
}
