package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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
	"github.com/webhook-gateway/gateway/triggers"
)

func loadGateway(b *testing.B) *gateway.Gateway {
	b.Helper()
	g, _, diags := gateway.New(gateway.Options{
		Clock: clock.System{},
		Key:   bytes.Repeat([]byte{1}, 32),
		Load: func() (*load.Config, hcl.Diagnostics) {
			return load.Files(load.Options{
				Clock: clock.System{},
				FS:    os.DirFS("flows"), Paths: []load.Path{{Dir: "order.hcl"}}, Env: os.LookupEnv,
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

// BenchmarkSync measures the handlers without the HTTP server around them.
func BenchmarkSync(b *testing.B) {
	body, err := os.ReadFile("flows/order.json")
	if err != nil {
		b.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(peer.Secret))
	mac.Write(body)
	signature := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	gateway := loadGateway(b)
	for _, check := range []string{"hmac", "basic"} {
		for name, h := range map[string]http.Handler{"hand-written": peer.Handler(""), "gateway": gateway} {
			b.Run(check+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				reader := bytes.NewReader(body)
				req, _ := http.NewRequest(http.MethodPost, "/"+check, nil)
				req.RemoteAddr = "127.0.0.1:1234"
				req.ContentLength = int64(len(body))
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("X-Signature", signature)
				req.SetBasicAuth(peer.User, peer.Secret)
				w := &nowhere{header: http.Header{}}
				for b.Loop() {
					reader.Reset(body)
					req.Body = io.NopCloser(reader)
					clear(w.header)
					h.ServeHTTP(w, req)
				}
				if w.status != http.StatusOK && w.status != 0 {
					b.Fatalf("status %d", w.status)
				}
			})
		}
	}
}
