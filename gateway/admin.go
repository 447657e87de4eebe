package gateway

import (
	"encoding/json"
	"net"
	"net/http"

	"github.com/webhook-gateway/gateway/internal/problem"
)

// Admin serves health, metrics and the API for requests that come in at a
// listener of that address. Outside of loopback there must be an admin token.
func (g *Gateway) Admin(listener net.Addr) (http.Handler, error) {
	guard, err := g.guardOf(listener)
	if err != nil {
		return nil, err
	}
	return guard.protect(g.adminTable()), nil
}

func serveOK(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// serveReady tells load balancers whether to send requests to this gateway. It
// is not ready from the moment a stop begins, nor while its store cannot write.
func (g *Gateway) serveReady(w http.ResponseWriter, r *http.Request) {
	if !g.ready() {
		problem.Write(w, problem.ShuttingDown())
		return
	}
	if g.opts.Store != nil && g.opts.Store.Ping(r.Context()) != nil {
		problem.Write(w, problem.Unavailable("The store is not available now.", 5))
		return
	}
	serveOK(w, r)
}

func (g *Gateway) ready() bool {
	return g.handler.Serving() && g.current.IsOpen()
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // to a caller that hung up
}
