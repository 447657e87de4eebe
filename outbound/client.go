package outbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options configure a [Client]. Zero fields take their defaults.
type Options struct {
	Policy    Policy      // the private addresses that may be reached
	UserAgent string      // sent where a request says none; default "gateway"
	TLS       *tls.Config // for requests without their own; default: the system's authorities, TLS 1.2 and up

	Timeout     time.Duration // a request whose context has no deadline; default 1 minute
	DialTimeout time.Duration // lookup and connection; default 10 s
	TLSTimeout  time.Duration // handshake; default 10 s
	IdleTimeout time.Duration // a connection kept for reuse is closed after it; default [DefaultIdleTimeout]
	// MaxConcurrent is how many requests are sent at once. As many connections to a
	// host are kept for reuse, so that each request finds one; default 64.
	MaxConcurrent int
	// CountDial is called for each connection that is made, CountReuse for each
	// request on a connection that was kept. Both may be nil.
	CountDial, CountReuse func()

	Proxy    Proxy         // of requests; default: none
	Resolver *net.Resolver // default: the system's
	Clock    clock.Clock   // default: the machine's
}

// DefaultIdleTimeout is less than the 5 s after which common servers close a
// connection, so that they rarely close one just as a request is sent.
const DefaultIdleTimeout = 4 * time.Second

// Client sends requests past the guard. It keeps connections open for reuse,
// speaks HTTP/1.1 and, over TLS, HTTP/2, holds no cookies, uses no proxy but that
// of its options, and never changes. It may be used by many goroutines at once.
type Client struct {
	policy      Policy
	userAgent   []string // the values of two headers, which requests share
	encodings   []string
	timeout     time.Duration
	dialTimeout time.Duration
	resolver    *net.Resolver
	clock       clock.Clock
	dial        dialFunc
	proxies     *proxies // nil for none
	countDial   func()
	countReuse  func()
	pools       *pools
}

// New makes a Client. It opens nothing.
func New(opts Options) *Client {
	opts.TLSTimeout = orDefault(opts.TLSTimeout, 10*time.Second)
	opts.IdleTimeout = orDefault(opts.IdleTimeout, DefaultIdleTimeout)
	if opts.MaxConcurrent <= 0 {
		opts.MaxConcurrent = defaultConcurrent
	}
	c := &Client{
		policy:      opts.Policy,
		userAgent:   []string{cmp.Or(opts.UserAgent, "gateway")},
		encodings:   []string{"gzip"},
		timeout:     orDefault(opts.Timeout, time.Minute),
		dialTimeout: orDefault(opts.DialTimeout, 10*time.Second),
		resolver:    opts.Resolver,
		clock:       opts.Clock,
		dial:        dialNetwork,
		proxies:     newProxies(opts.Proxy, opts.Policy),
		countDial:   orNothing(opts.CountDial),
		countReuse:  orNothing(opts.CountReuse),
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	c.pools = newPools(c, opts)
	return c
}

// CloseIdle closes the connections that wait for reuse. Requests under way go
// on, and the Client stays usable. Call it when a Client has been replaced.
func (c *Client) CloseIdle() { c.pools.closeIdle() }

// Do sends req, follows as many redirects as it permits and reads the whole
// answer. An answer of any status is a Response; every error is an [*Error].
//
// The context's deadline limits the whole, redirects and body included. The
// request is sent once, whatever its method and headers. Only if no byte of it was
// written to a connection, or an HTTP/2 server said that it did not process it, it
// goes out on another one. After its first byte a lost connection is an error with
// [ReasonConnect].
func (c *Client) Do(ctx context.Context, req *Request) (*Response, error) {
	ctx, cancel := c.limitTime(ctx)
	defer cancel()
	current, failed := c.firstHop(req)
	if failed != nil {
		return nil, failed
	}
	span := startExchange(ctx, current, req.HideServer)
	response, failed := c.follow(ctx, cancel, current, req)
	endExchange(span, response, failed)
	if failed != nil {
		return nil, failed
	}
	return response, nil
}

// limitTime returns a context that cancel ends, and that has a deadline.
func (c *Client) limitTime(ctx context.Context) (limited context.Context, cancel context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return context.WithCancel(ctx)
	}
	return clock.WithTimeout(ctx, c.clock, c.timeout)
}

// follow sends a request and follows redirects.
func (c *Client) follow(ctx context.Context, cancel context.CancelFunc, current *hop, req *Request) (*Response, *Error) {
	for followed := 0; ; followed++ {
		answer, failed := c.sendHop(ctx, cancel, current)
		if failed != nil {
			return nil, failed.withTarget(current.origin())
		}
		next, failed := c.nextHop(current, answer, req, followed)
		if failed == nil && next == nil {
			return c.readResponse(ctx, current, answer, req, followed)
		}
		discardBody(answer)
		if failed != nil {
			return nil, failed.withTarget(current.origin())
		}
		current = next
	}
}

// sendHop sends one request and returns once the header of its answer is here.
// cancel ends ctx.
func (c *Client) sendHop(ctx context.Context, cancel context.CancelFunc, h *hop) (*http.Response, *Error) {
	for resends := 0; ; resends++ {
		watched, sent := watchSending(ctx, cancel, c.countReuse)
		r, failed := newWireRequest(watched, h)
		if failed != nil {
			return nil, failed
		}
		answer, err := c.pools.transport(h.tls).RoundTrip(r)
		switch {
		case err == nil && answer.StatusCode == http.StatusSwitchingProtocols:
			answer.Body.Close()
			return nil, newError(ReasonProtocol, "the server switched to another protocol unasked", nil)
		case err == nil:
			return answer, nil
		case ctx.Err() != nil || resends == maxResends || !sent.mayResend(err):
			return nil, sent.explain(ctx, err)
		}
	}
}

// readResponse reads the body and makes the Response.
func (c *Client) readResponse(ctx context.Context, h *hop, answer *http.Response, req *Request, followed int) (*Response, *Error) {
	body, failed := readBody(ctx, answer, req.maxResponse())
	if failed != nil {
		return nil, failed.withTarget(h.origin())
	}
	final := *h.url
	final.Fragment, final.RawFragment = "", ""
	return &Response{
		Status:    answer.StatusCode,
		Header:    answer.Header,
		Body:      body,
		FinalURL:  final.String(),
		Target:    h.origin(),
		Redirects: followed,
	}, nil
}

func orNothing(f func()) func() {
	if f == nil {
		return func() {}
	}
	return f
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}
