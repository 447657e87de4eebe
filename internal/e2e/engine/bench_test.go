package engine_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// plainWriter discards responses.
type plainWriter struct{ header http.Header }

func (w plainWriter) Header() http.Header         { return w.header }
func (w plainWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w plainWriter) WriteHeader(int)             {}

func (w plainWriter) SetReadDeadline(time.Time) error { return nil }

// minimal is a gateway with one flow of one action, and a request to it that can
// be sent repeatedly. The tracer may be nil.
func minimal(t testing.TB, log *zap.Logger, tracer *trace.Tracer) (*gateway.Gateway, func()) {
	l := newLab(t)
	l.opts.Log, l.opts.Tracer = log, tracer
	l.write(one("", "action \"use\" \"u\" {\n  key = \"k\"\n}"))
	g := l.start()
	text := []byte(`{"order": 17}`)
	body := bytes.NewReader(text)
	closer := io.NopCloser(body)
	r := &http.Request{
		Method: "POST", URL: &url.URL{Path: "/x"}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "192.0.2.7:1234",
		Header: http.Header{}, ContentLength: int64(body.Len()),
	}
	w := plainWriter{http.Header{}}
	return g, func() {
		body.Reset(text)
		r.Body = closer // the gateway has put its own in front
		clear(w.header)
		g.ServeHTTP(w, r)
	}
}

// maxAllocations is the limit for a request to a minimal flow with one action that is
// not pure: for the contexts that bound run and action, the goroutine of the action,
// the test's own trigger, and for the run, its id, its part of the memory budget, the
// response and the outcome in the history. A flow of pure actions needs no goroutine
// and no timer, see the limits in package bench. The race detector adds one. A higher
// number needs a reason.
const maxAllocations = 44

func TestAllocations(t *testing.T) {
	g, serve := minimal(t, zap.NewNop(), nil)
	if n := testing.AllocsPerRun(1000, serve); n > maxAllocations {
		t.Errorf("%v allocations a request, at most %d", n, maxAllocations)
	}
	if n := seriesValue(t, g, "gateway_runs_total", map[string]string{"state": "succeeded"}); n < 1000 {
		t.Errorf("%v runs succeeded", n)
	}
}

func BenchmarkServe(b *testing.B) {
	text, err := logging.New(io.Discard, "text", "info")
	if err != nil {
		b.Fatal(err)
	}
	json, err := logging.New(io.Discard, "json", "info")
	if err != nil {
		b.Fatal(err)
	}
	for name, log := range map[string]*zap.Logger{"nolog": zap.NewNop(), "text": text, "json": json} {
		b.Run(name, func(b *testing.B) {
			_, serve := minimal(b, log, nil)
			b.ReportAllocs()
			for b.Loop() {
				serve()
			}
		})
	}
}

// discarded counts spans.
type discarded struct{ spans atomic.Int64 }

func (d *discarded) Export(*trace.Data) { d.spans.Add(1) }

// BenchmarkTraces serves a request without traces, with one that is not recorded,
// and with a recorded one of four spans. It leaves out the work of the exporter.
func BenchmarkTraces(b *testing.B) {
	exporter := &discarded{}
	for _, c := range []struct {
		name   string
		tracer *trace.Tracer
		spans  int64 // of a request
	}{
		{"off", nil, 0},
		{"unsampled", trace.New(exporter, trace.Sampler{Ratio: 0}, clock.System{}), 0},
		{"sampled", trace.New(exporter, trace.Sampler{Ratio: 1}, clock.System{}), 4},
	} {
		b.Run(c.name, func(b *testing.B) {
			_, serve := minimal(b, zap.NewNop(), c.tracer)
			exporter.spans.Store(0)
			b.ReportAllocs()
			for b.Loop() {
				serve()
			}
			if got := exporter.spans.Load(); got != c.spans*int64(b.N) {
				b.Errorf("%d spans of %d requests", got, b.N)
			}
		})
	}
}

func BenchmarkNotFound(b *testing.B) {
	g, _ := minimal(b, zap.NewNop(), nil)
	r := httptest.NewRequest("POST", "/nowhere", nil)
	w := plainWriter{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		g.ServeHTTP(w, r)
	}
}
