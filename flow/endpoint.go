package flow

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Endpoint is a trigger that HTTP requests reach.
type Endpoint interface {
	Trigger
	Responder
	// Route tells where the endpoint is reached.
	Route() Route
	// Accept checks who calls, reads the body and checks it, and returns the
	// event that starts a run, or the problem to answer with. It must not write
	// to the response.
	Accept(r *http.Request, in Incoming) (Event, *Problem)
	// Reply is the configured response: what goes back in async mode, and in
	// sync mode where no respond was reached.
	Reply(ctx context.Context, env expr.Env) (*Response, error)
	// Timeout is how long a caller waits for a sync run.
	Timeout() time.Duration
	// Async tells whether the caller is answered before the run.
	Async() bool
	// Queue bounds the runs of an async flow.
	Queue() Queue
	// Admit computes what decides whether and when a run of the event starts.
	// env has the event, the run and the flow.
	Admit(ctx context.Context, env expr.Env) (Admission, error)
	Keeper
}

// Route is where an endpoint is reached.
type Route struct {
	// Path is a pattern of segments: "/orders/{region}". It is "" where the
	// gateway makes a path that can't be guessed.
	Path    string
	Rotate  int       // changes the made path; 1 unless the file says otherwise
	Methods []string  // upper case
	Range   hcl.Range // of the path, or of the trigger where it has none
}

// Incoming is what the gateway knows of a request besides the request.
type Incoming struct {
	PathValues map[string]string // by name in the pattern, decoded
	RemoteIP   netip.Addr
	ReceivedAt time.Time
	Limits     Limits
	Key        []byte // of the gateway, for what it has signed
}

// Limits bound what a request may be.
type Limits struct {
	Body      int64 // bytes
	JSONDepth int   // nesting of lists and objects
}
