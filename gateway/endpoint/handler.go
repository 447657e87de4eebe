// Package endpoint serves HTTP requests to the endpoints of flows. A request
// passes through these steps:
//
//   - The Handler takes the current snapshot and finds the endpoint by method
//     and path.
//   - The trigger checks the request, its body and its sender, and decodes it
//     into an event. A request that fails a check gets a problem document.
//   - Sync flow: the request takes a slot, claims the dedupe key if it has one,
//     and runs the flow. The caller gets the response of the flow, or the
//     trigger's configured one, and the run is recorded in the history.
//   - Async flow: the worker's pool stores the run durably, then the caller gets
//     the configured response. A repeated request gets the response of the first.
package endpoint

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/handshake"
	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/gateway/keyring"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/gateway/worker"
	"github.com/webhook-gateway/gateway/internal/httpserver"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

// Options are the parts of the process that a handler works with.
type Options struct {
	run.Env
	Metrics   *telemetry.Metrics
	Slots     *run.Slots
	Snapshots interface{ Acquire() *snapshot.Snapshot }
	Key       []byte          // of the gateway, for values that it has signed
	Life      context.Context // ends when a stop has waited long enough for runs

	// The following are nil in a gateway without a store.

	Store      store.Store
	Services   *services.Services
	Pool       *worker.Pool
	Recorder   *history.Recorder
	Wakeup     *run.Signal // a run was queued
	Keyring    *keyring.Keyring
	Handshakes *handshake.Keeper
}

// Handler serves the endpoints of the flows.
type Handler struct {
	Options
	MaxHeader int // bytes of the header of a request; set before the first request

	unserved     telemetry.RefusalLimit // of requests that found no endpoint
	rates        rateLimits
	sharedRates  *sharedRates
	signIns      *slowdown    // of addresses that fail to sign in
	strays       *slowdown    // of addresses whose requests reach no flow
	proxyWarning atomic.Int64 // when the next warning of a proxy may be logged
	draining     atomic.Bool
	stopping     atomic.Bool
	late         lateRuns
	syncRuns     syncRuns
}

// New returns a handler that serves at once.
func New(o Options) *Handler {
	return &Handler{Options: o, signIns: newSlowdown(), strays: newSlowdown(), sharedRates: newSharedRates(&o)}
}

// Drain makes each response close its connection, so that the next request
// reaches another gateway.
func (h *Handler) Drain() { h.draining.Store(true) }

// Stop makes the handler refuse all requests.
func (h *Handler) Stop() { h.stopping.Store(true) }

// Serving reports whether neither Drain nor Stop was called.
func (h *Handler) Serving() bool { return !h.draining.Load() && !h.stopping.Load() }

// request is one request and its response.
type request struct {
	run.Scope
	handler *Handler
	w       http.ResponseWriter
	r       *http.Request
	client  netip.Addr    // the caller, behind trusted proxies
	sent    io.ReadCloser // the body of the server
	body    meteredBody
	written bool      // the response has begun
	isLate  bool      // the caller has its answer, and the run owns the request
	began   time.Time // of the sync run, after its body was received
	ended   time.Time // of the sync run; zero before
	listed            // in the sync runs
	lines   [2]string // header fields of the answer: the id, and the length of the body

	mu      sync.Mutex
	records []*flow.Record  // of the steps that have ended, for the history
	few     [4]*flow.Record // the space of the first ones
}

// ServeHTTP serves a request to an endpoint.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.Clock.Now()
	q := &request{handler: h, w: w, r: r, sent: r.Body, client: httpserver.RemoteIP(r), Scope: run.Scope{Env: &h.Env, ID: h.ID(now), Began: now}}
	if h.Tracer != nil {
		q.startSpan()
		defer q.endSpan()
	}
	if h.stopping.Load() {
		q.refuse(problem.ShuttingDown())
		return
	}
	q.Snapshot = h.Snapshots.Acquire()
	if q.Snapshot == nil {
		q.refuse(problem.ShuttingDown())
		return
	}
	q.client = q.Snapshot.Proxies.Client(q.client, r.Header)
	defer q.release()
	defer q.recoverPanic()
	q.limitBodyTime()
	if httpserver.HeaderSize(r) > h.MaxHeader {
		q.refuse(problem.HeadersTooLarge(h.MaxHeader))
		return
	}
	if q.servePreflight() {
		return
	}
	m := q.Snapshot.Router.Find(r.Method, r.URL.EscapedPath())
	if m.Endpoint == nil {
		if !q.serveChallenge(m.Challenge) && !q.serveProbe(m.Allow) {
			q.refuse(notServed(m.Allow))
		}
		return
	}
	q.Endpoint = m.Endpoint
	if q.Endpoint.HTTP.MaxBody > 0 {
		q.limitBodyTime()
	}
	q.warnUnknownProxy()
	q.serveEndpoint(m.Values)
}

// release ends the use of the snapshot, unless the run continues.
func (q *request) release() {
	if !q.isLate {
		q.Snapshot.Release()
	}
}

// serveEndpoint accepts a request to an endpoint and runs or queues its flow. A sync run
// takes its slot after the body was received, so that slow callers take no slot;
// if all slots are in use, the body is not even read.
func (q *request) serveEndpoint(pathValues map[string]string) {
	async := q.Endpoint.HTTP.Async
	if !async && q.handler.Slots.InUse() >= q.Snapshot.MaxRuns {
		q.refuse(tooManyRuns())
		return
	}
	if q.Full() && (!async || q.Endpoint.HTTP.Computes) {
		q.refuse(tooManyAbandoned())
		return
	}
	if q.Env.Memory.InUse() >= q.Env.Memory.Limit() {
		q.refuse(outOfMemory())
		return
	}
	defer func() {
		if !q.isLate {
			q.freeMemory()
		}
	}()
	event, refusal := q.acceptEvent(pathValues)
	switch {
	case refusal != nil:
		q.refuse(refusal)
	case async:
		q.serveAsync(event)
	case q.handler.Pauses.IsPaused(q.Endpoint.Flow.Name):
		q.refuse(flowPaused())
	case !q.handler.Slots.TryTake(q.Snapshot.MaxRuns):
		q.refuse(tooManyRuns())
	default:
		q.serveSync(event)
	}
}

// acceptEvent has the trigger check and decode the request. The connection has a
// deadline until the body was received, and none afterwards, because a deadline
// would end the run.
func (q *request) acceptEvent(pathValues map[string]string) (flow.Event, *flow.Problem) {
	in := q.incoming(pathValues)
	if !q.meterBody(&in) {
		return nil, outOfMemory()
	}
	event, refusal := q.Endpoint.HTTP.Accept(q.r, in)
	if q.body.exceeded {
		return nil, outOfMemory()
	}
	if refusal == nil && q.r.ContentLength != 0 {
		q.setReadDeadline(time.Time{})
	}
	if refusal == nil {
		q.RedactEvent(event)
	}
	return event, refusal
}

// incoming returns the information about the request that the request itself lacks.
func (q *request) incoming(pathValues map[string]string) flow.Incoming {
	in := flow.Incoming{
		PathValues: pathValues,
		RemoteIP:   q.client,
		ReceivedAt: q.Began,
		Limits:     q.Snapshot.Limits,
		Key:        q.handler.Key,
		Evaluate:   q.evaluateEarly,
		TakeRate:   q.takeRate,
	}
	if len(q.Endpoint.HTTP.SignedURL) > 0 {
		in.BaseURL = q.Snapshot.BaseURL()
	}
	if q.Endpoint.HTTP.ReadsKeys && q.handler.Keyring != nil {
		in.FindKey = func(ctx context.Context, hash [sha256.Size]byte) (string, error) {
			return q.handler.Keyring.Find(ctx, hash, q.Endpoint.Flow)
		}
	}
	if q.Endpoint.HTTP.Handshakes && q.handler.Handshakes != nil {
		in.Handshakes = q.handler.Handshakes.Of(q.Endpoint.Flow)
	}
	return in
}

// recoverPanic answers a request during which the gateway or a kind panicked, so
// that the process survives.
func (q *request) recoverPanic() {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	q.handler.Log.Error("panic while serving a request", zap.String("flow", q.FlowName()), zap.String("run", q.ID),
		zap.String("panic", q.RedactText(fmt.Sprint(p))), zap.String("stack", q.RedactText(string(debug.Stack()))))
	if q.written {
		q.recordRefusal(internalError())
		panic(http.ErrAbortHandler) // the caller must not take half a response for a whole one
	}
	clear(q.w.Header())
	q.refuse(internalError())
}
