package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/bench/peer"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/triggers"
)

// loadGateway returns a gateway with the flows of order.hcl. The store may be nil.
func loadGateway(b testing.TB, s store.Store) *gateway.Gateway {
	b.Helper()
	g, _, diags := gateway.New(gateway.Options{
		Clock: clock.System{},
		Store: s,
		Key:   bytes.Repeat([]byte{1}, 32),
		Load: func() (*load.Config, hcl.Diagnostics) {
			return load.Files(load.Options{
				Clock: clock.System{},
				FS:    os.DirFS("flows"), Paths: []load.Path{{Dir: "order.hcl"}}, Env: func(name string) (string, bool) { return peer.Secret, name == "BENCH_PASSWORD" },
				Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
				Connections: actions.Connections(),
			})
		},
	})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	b.Cleanup(g.Close)
	return g
}

// orders returns a function that sends an order to a handler again and again, and
// where the answers go.
func orders(t testing.TB, h http.Handler, check string) (serve func(), w *nowhere) {
	t.Helper()
	body, err := os.ReadFile("flows/order.json")
	if err != nil {
		t.Fatal(err)
	}
	reader := bytes.NewReader(body)
	closer := io.NopCloser(reader)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/"+check, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.RemoteAddr = "127.0.0.1:1234"
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature", signature(body))
	req.Header.Set("Authorization", password())
	w = &nowhere{header: http.Header{}}
	return func() {
		reader.Reset(body)
		req.Body = closer // the gateway has put its own in front
		clear(w.header)
		h.ServeHTTP(w, req)
	}, w
}

// BenchmarkSync measures the handlers without the HTTP server around them.
func BenchmarkSync(b *testing.B) {
	gateway := loadGateway(b, nil)
	for _, check := range []string{"hmac", "basic"} {
		for name, h := range map[string]http.Handler{"hand-written": peer.Handler(""), "gateway": gateway} {
			b.Run(check+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				serve, w := orders(b, h, check)
				for b.Loop() {
					serve()
				}
				if w.status != http.StatusOK && w.status != 0 {
					b.Fatalf("status %d", w.status)
				}
			})
		}
	}
}
