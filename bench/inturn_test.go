package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/bench/peer"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/triggers"
)

// loadMany returns a gateway with the flows of `bench -flows N`.
func loadMany(t testing.TB, n int) *gateway.Gateway {
	t.Helper()
	dir := t.TempDir()
	if err := writeMany(dir, n); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"BENCH_SENDER": peer.Secret, "BENCH_SECRET": floodSecret}
	loader := load.NewLoader(load.Options{
		Clock: clock.System{},
		FS:    os.DirFS(dir), Paths: []load.Path{{Dir: "."}},
		Env:         func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Unset:       load.RequireSet,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	})
	g, _, diags := gateway.New(gateway.Options{
		Clock: clock.System{},
		Key:   bytes.Repeat([]byte{1}, 32),
		Load:  func() (*load.Config, hcl.Diagnostics) { return loader.Load() },
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	t.Cleanup(g.Close)
	return g
}

// manyOrders returns a function that sends an order to the flow of a number.
func manyOrders(t testing.TB, h http.Handler, n int) (serve func(i int), w *nowhere) {
	t.Helper()
	body, err := os.ReadFile("flows/order.json")
	if err != nil {
		t.Fatal(err)
	}
	reader := bytes.NewReader(body)
	closer := io.NopCloser(reader)
	sign := signature(body)
	w = &nowhere{header: http.Header{}}
	requests := make([]*http.Request, n)
	for i := range requests {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("/shops/%d/orders", i), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.RemoteAddr = "127.0.0.1:1234"
		req.ContentLength = int64(len(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Signature", sign)
		requests[i] = req
	}
	return func(i int) {
		reader.Reset(body)
		requests[i].Body = closer
		clear(w.header)
		h.ServeHTTP(w, requests[i])
	}, w
}

// BenchmarkInTurn measures requests to one of many flows and to all of them in turn,
// and what is alive on the heap for each flow. FLOWS sets how many there are.
func BenchmarkInTurn(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("FLOWS"))
	if err != nil {
		n = 1000
	}
	base := aliveBytes()
	g := loadMany(b, n)
	serve, w := manyOrders(b, g, n)
	idle := aliveBytes()
	for i := range n {
		serve(i)
	}
	ran := aliveBytes()
	for _, c := range []struct {
		name string
		step int
	}{{"one", 0}, {"all", 7919}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			at := 0
			for b.Loop() {
				serve(at)
				at = (at + c.step) % n
			}
			b.ReportMetric(float64(idle-base)/float64(n), "idle-B/flow")
			b.ReportMetric(float64(ran-idle)/float64(n), "ran-B/flow")
		})
	}
	if w.status != http.StatusOK && w.status != 0 {
		b.Fatalf("status %d", w.status)
	}
}

// TestMemoryOfFlows bounds what a flow keeps on the heap, and what is added once it has
// run.
func TestMemoryOfFlows(t *testing.T) { //nolint:paralleltest // it measures the heap of the process
	if racetest.On {
		t.Skip("the race detector takes memory; make test runs this test without it too")
	}
	const (
		flows, before = 300, 100 // the latter run first, and fill pools
		maxIdle       = 17 << 10
		maxRun        = 5 << 10
	)
	base := aliveBytes()
	g := loadMany(t, flows)
	serve, w := manyOrders(t, g, flows)
	if idle := (aliveBytes() - base) / flows; idle > maxIdle {
		t.Errorf("an idle flow keeps %d bytes, more than %d", idle, maxIdle)
	}
	for i := range before {
		serve(i)
	}
	some := aliveBytes()
	for i := before; i < flows; i++ {
		serve(i)
		if w.status != http.StatusOK && w.status != 0 {
			t.Fatalf("status %d", w.status)
		}
	}
	if ran := (aliveBytes() - some) / (flows - before); ran > maxRun {
		t.Errorf("a flow that has run keeps %d bytes more, more than %d", ran, maxRun)
	}
	runtime.KeepAlive(g)
}

// aliveBytes collects garbage and returns what is left.
func aliveBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far from 2^63
}
