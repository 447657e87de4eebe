package ops

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"net/url"
)

// TryRequest is a request that an operator sends to a flow.
type TryRequest struct {
	Method string
	Path   string // escaped, with its query
	Header http.Header
	Body   []byte
}

// Tried is the result of a request that an operator sent. The run has the answer,
// without what is hidden.
type Tried struct {
	Run    string
	Status int
}

// runHeader is the field of an answer that names the run.
const runHeader = "Gateway-Run"

// TryFlow sends a request to the endpoint of a flow, as a caller would: it is
// authenticated, checked, and executed for real.
func (s *Service) TryFlow(ctx context.Context, name string, t TryRequest) (_ Tried, err error) {
	defer s.audit(ctx, "flow.try", name, &err)
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return Tried{}, errShuttingDown()
	}
	defer snap.Release()
	v := view{snap}
	if v.findFlow(name) == nil {
		return Tried{}, v.missingFlow(name)
	}
	if e := v.Endpoints[name]; e == nil || e.HTTP == nil || s.opts.Endpoints == nil {
		return Tried{}, invalid("the flow %q is not started by requests", name)
	}
	r, err := http.NewRequestWithContext(ctx, t.Method, "http://"+v.host()+t.Path, bytes.NewReader(t.Body))
	if err != nil {
		return Tried{}, invalid("the request can't be made: check its path")
	}
	if m := v.Router.Find(r.Method, r.URL.EscapedPath()); m.Endpoint == nil || m.Endpoint.Flow.Name != name {
		return Tried{}, invalid("the path of the request is not that of the flow %q", name)
	}
	r.Header, r.RequestURI, r.RemoteAddr = t.Header, r.URL.RequestURI(), remoteAddr(operatorOf(ctx))
	w := &answerHead{header: http.Header{}}
	s.opts.Endpoints.ServeHTTP(w, r)
	return Tried{Run: w.header.Get(runHeader), Status: w.status}, nil
}

// host returns the host of the URLs of the endpoints.
func (v view) host() string {
	u, err := url.Parse(v.BaseURL())
	if err != nil || u.Host == "" {
		return "localhost"
	}
	return u.Host
}

// remoteAddr returns the address of an operator as that of a connection.
func remoteAddr(o Operator) string {
	at, err := netip.ParseAddr(o.Address)
	if err != nil {
		at = netip.IPv6Loopback()
	}
	return netip.AddrPortFrom(at, 0).String()
}

// answerHead keeps the head of an answer and drops its body, which may hold
// sensitive values.
type answerHead struct {
	header http.Header
	status int
}

// Header returns the fields.
func (w *answerHead) Header() http.Header { return w.header }

// WriteHeader notes the status.
func (w *answerHead) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
}

// Write drops a part of the body.
func (w *answerHead) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return len(p), nil
}
