package gateway

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

// exchange is one request on its way.
type exchange struct {
	job
	w       http.ResponseWriter
	r       *http.Request
	written bool // the answer has begun

	mu      sync.Mutex
	records []*flow.Record // of what was done so far, for the history
}

// ServeHTTP serves the endpoints.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r}
	x.g, x.began = g, time.Now()
	x.id = ulid.New(x.began)
	if g.stopping.Load() {
		x.refuse(shuttingDown())
		return
	}
	x.snap = g.acquire()
	if x.snap == nil {
		x.refuse(shuttingDown())
		return
	}
	defer x.snap.release()
	defer x.rescue()
	x.limitBodyTime()
	m := x.snap.router.find(r.Method, r.URL.EscapedPath())
	if m.endpoint == nil {
		x.refuse(notServed(m.allow))
		return
	}
	x.endpoint = m.endpoint
	x.serve(m.values)
}

// rescue answers where code of the gateway or of a kind has panicked. The
// process lives.
func (x *exchange) rescue() {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	x.g.log.Error("panic while serving a request", zap.String("flow", x.flowName()), zap.String("run", x.id),
		zap.String("panic", x.clean(fmt.Sprint(p))), zap.String("stack", x.clean(string(debug.Stack()))))
	if x.written {
		x.refused(panicked())
		panic(http.ErrAbortHandler) // half an answer must not pass for a whole one
	}
	clear(x.w.Header())
	x.refuse(panicked())
}

// A caller has bodyTime to send a body, and more for a large one: as much as
// it takes at slowest bytes in a second.
const (
	bodyTime = 30 * time.Second
	slowest  = 64 << 10
)

// limitBodyTime gives the caller until then to send the body, also where it
// is refused and only thrown away.
func (x *exchange) limitBodyTime() {
	if x.r.ContentLength == 0 {
		return
	}
	size := x.snap.limits.Body
	if n := x.r.ContentLength; n > 0 {
		size = min(n, size)
	}
	x.setReadDeadline(x.began.Add(bodyTime + time.Duration(size/slowest)*time.Second))
}

func (x *exchange) setReadDeadline(t time.Time) {
	// A server that can't set one, such as that of a test, has no slow callers.
	_ = http.NewResponseController(x.w).SetReadDeadline(t)
}

func remoteIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr.Unmap().WithZone("")
}
