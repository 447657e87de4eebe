package flow

import (
	"errors"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Exchange is the request of a failed call to another system, and what came back.
// It holds nothing of a request that may reveal a secret but its method.
type Exchange struct {
	Method string
	Path   string // without the query; "" if it must not be shown
	Status int    // 0 if no answer came
	// Body is the body of the answer, decoded by its type, or its beginning as text;
	// nil for none, and for an action whose outputs or errors are hidden.
	Body any
}

// MaxErrorBody is how many bytes of the body of a failed call are kept. A longer
// body is a text that holds its beginning.
const MaxErrorBody = 16 << 10

// WithExchange adds the request of a failed call to its error.
func WithExchange(err error, x *Exchange) error {
	var own *Error
	if !errors.As(err, &own) {
		return err // the end of a context
	}
	e := *own
	e.Exchange = x
	return &e
}

// hideBody removes the body of the answer. Other errors may share the exchange.
func (e *Error) hideBody() {
	if e.Exchange == nil || e.Exchange.Body == nil {
		return
	}
	x := *e.Exchange
	x.Body = nil
	e.Exchange = &x
}

// takeErrorBody counts the body of a failed call, also above the budget: it is
// small.
func (r *Run) takeErrorBody(e *Error) {
	if x := e.Exchange; x != nil && x.Body != nil {
		r.Memory.TakeMemory(value.Size(x.Body))
	}
}

// errorValue returns the value of the root name "error". The status and the body
// are null for a failure without them.
func errorValue(e *Error) map[string]any {
	v := map[string]any{"action": e.Action, "message": e.RedactedMessage(), "class": string(e.Class), "status": nil, "body": nil}
	if x := e.Exchange; x != nil {
		v["body"] = x.Body
		if x.Status != 0 {
			v["status"] = x.Status
		}
	}
	return v
}
