package otlp_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/otlp"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/outbound"
)

// collector answers with one status after another, and with the last one from then
// on. It keeps what it gets.
type collector struct {
	url      string
	changed  signaltest.Signal
	statuses []int
	header   http.Header
	body     string

	mu     sync.Mutex
	heads  []http.Header
	bodies [][]byte
}

func newCollector(t *testing.T, statuses ...int) *collector {
	c := &collector{statuses: statuses, header: http.Header{}, body: "{}"}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.url = s.URL + "/v1/traces"
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		from, _ = gzip.NewReader(r.Body)
	}
	body, _ := io.ReadAll(from)
	c.mu.Lock()
	status := c.statuses[min(len(c.bodies), len(c.statuses)-1)]
	c.heads, c.bodies = append(c.heads, r.Header), append(c.bodies, body)
	c.mu.Unlock()
	for name, values := range c.header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, c.body)
	c.changed.Send()
}

func (c *collector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.bodies)
}

// spans returns how many spans have arrived.
func (c *collector) spans(t *testing.T) int {
	n := 0
	for i := range c.count() {
		n += len(c.namesOf(t, i))
	}
	return n
}

// names returns the names of the spans of the last request.
func (c *collector) names(t *testing.T) []string {
	t.Helper()
	return c.namesOf(t, c.count()-1)
}

func (c *collector) namesOf(t *testing.T, request int) []string {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var got struct {
		ResourceSpans []struct {
			ScopeSpans []struct{ Spans []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(c.bodies[request], &got); err != nil {
		t.Fatalf("%v: %s", err, c.bodies)
	}
	var names []string
	for _, s := range got.ResourceSpans[0].ScopeSpans[0].Spans {
		names = append(names, s.Name)
	}
	return names
}

// quick is the clock of the machine, whose timers are over at once and move the time
// on. It keeps their durations.
type quick struct {
	clock.System

	mu    sync.Mutex
	waits []time.Duration
}

func (q *quick) NewTimer(d time.Duration) clock.Timer {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waits = append(q.waits, d)
	return q.System.NewTimer(0)
}

// Now is later than that of the machine by all timers so far.
func (q *quick) Now() time.Time {
	now := q.System.Now()
	for _, wait := range q.all() {
		now = now.Add(wait)
	}
	return now
}

func (q *quick) all() []time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]time.Duration(nil), q.waits...)
}

type fixture struct {
	*otlp.Exporter
	t     *testing.T
	clock *quick
	log   *observer.ObservedLogs
	stop  func() // and waits until Run returns
}

func newFixture(t *testing.T, url string, change func(*otlp.Options)) *fixture {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	policy, err := outbound.ParsePolicy([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, clock: &quick{}, log: logs}
	o := otlp.Options{
		URL: url, Header: http.Header{"X-Key": {"hush"}}, Gzip: true, Version: "1.2.3", Resource: []trace.Attr{{Key: "service.name", Text: "gateway"}},
		QueueSize: 8, BatchSize: 4, Delay: time.Second, Timeout: signaltest.Patience, ExportTimeout: signaltest.Patience,
		Client: outbound.New(outbound.Options{Policy: policy}), Clock: f.clock, Log: zap.New(core),
	}
	if change != nil {
		change(&o)
	}
	f.Exporter = otlp.New(o)
	return f
}

func (f *fixture) run() {
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	f.stop = func() {
		cancel()
		<-ended
	}
	f.t.Cleanup(f.stop)
}

// runToEnd sends what is in the queue, as at a stop.
func (f *fixture) runToEnd() {
	ctx, cancel := context.WithCancel(f.t.Context())
	cancel()
	f.Run(ctx)
}

func (f *fixture) add(names ...string) {
	for _, name := range names {
		f.Export(&trace.Data{Name: name, Context: trace.Context{Trace: trace.ID{1}, Span: trace.SpanID{2}, Sampled: true}})
	}
}

func (f *fixture) wantCounts(want otlp.Counts) {
	f.t.Helper()
	if got := f.Counts(); got != want {
		f.t.Errorf("counts %+v, want %+v", got, want)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	for _, compressed := range []bool{true, false} {
		c := newCollector(t, http.StatusOK)
		f := newFixture(t, c.url, func(o *otlp.Options) { o.Gzip = compressed })
		f.run()
		f.add("a", "b")
		c.changed.Await(t, "the spans have arrived", func() bool { return c.spans(t) == 2 })
		f.stop()
		f.wantCounts(otlp.Counts{Sent: 2})
		h := c.heads[0]
		if h.Get("X-Key") != "hush" || h.Get("Content-Type") != "application/json" || (h.Get("Content-Encoding") == "gzip") != compressed {
			t.Errorf("%v", h)
		}
	}
}

// TestQueueIsBounded: spans beyond the queue are dropped and counted, and a stop
// sends the rest in batches.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	c := newCollector(t, http.StatusOK)
	f := newFixture(t, c.url, nil)
	f.add("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	f.runToEnd()
	f.wantCounts(otlp.Counts{Sent: 8, QueueFull: 2})
	if got := c.names(t); c.count() != 2 || !cmp.Equal(got, []string{"e", "f", "g", "h"}) {
		t.Errorf("%d requests, the last with %v", c.count(), got)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		after string
		want  []time.Duration
	}{
		"with growing pauses":     {"", []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		"as the collector says":   {"7", []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second}},
		"after a wrong field too": {"soon", []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCollector(t, http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusOK)
			if tc.after != "" {
				c.header.Set("Retry-After", tc.after)
			}
			f := newFixture(t, c.url, nil)
			f.add("a", "b", "c", "d")
			f.run()
			c.changed.Await(t, "four requests", func() bool { return c.count() == 4 })
			f.stop()
			f.wantCounts(otlp.Counts{Sent: 4})
			// The first timer is that of the batch.
			if got := f.clock.all(); len(got) < 4 || !cmp.Equal(got[1:4], tc.want) {
				t.Errorf("timers %v, want %v", got, tc.want)
			}
		})
	}
}

// TestGivesUp: a batch that is not taken in its time is dropped.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	c := newCollector(t, http.StatusServiceUnavailable)
	c.header.Set("Retry-After", "86400")
	f := newFixture(t, c.url, nil)
	f.add("a")
	f.run()
	c.changed.Await(t, "a request", func() bool { return c.count() == 1 })
	f.stop()
	f.wantCounts(otlp.Counts{Failed: 1})
	if f.log.FilterMessageSnippet("spans were dropped").Len() != 1 {
		t.Errorf("log %v", f.log.All())
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   otlp.Counts
	}{
		"a status that is final":  {http.StatusBadRequest, "{}", otlp.Counts{Rejected: 3}},
		"a wrong credential":      {http.StatusUnauthorized, "", otlp.Counts{Rejected: 3}},
		"a part, as a text":       {http.StatusOK, `{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "no"}}`, otlp.Counts{Sent: 2, Rejected: 1}},
		"a part, as a number":     {http.StatusOK, `{"partialSuccess": {"rejectedSpans": 2}}`, otlp.Counts{Sent: 1, Rejected: 2}},
		"more than there are":     {http.StatusOK, `{"partialSuccess": {"rejectedSpans": 99}}`, otlp.Counts{Rejected: 3}},
		"a message only":          {http.StatusOK, `{"partialSuccess": {"errorMessage": "be careful"}}`, otlp.Counts{Sent: 3}},
		"an answer without sense": {http.StatusOK, `<html>`, otlp.Counts{Sent: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCollector(t, tc.status)
			c.body = tc.body
			f := newFixture(t, c.url, nil)
			f.add("a", "b", "c")
			f.runToEnd()
			f.wantCounts(tc.want)
			if n := c.count(); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestNoCollector: without a collector spans are dropped once the pauses fill their
// time, and the log does not have the header.
func TestNoCollector(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "http://127.0.0.1:1/v1/traces", func(o *otlp.Options) { o.ExportTimeout = time.Hour })
	f.add("a", "b")
	f.runToEnd()
	f.wantCounts(otlp.Counts{Failed: 2})
	var paused time.Duration
	for _, pause := range f.clock.all() {
		paused += pause
	}
	if longest := 16 * time.Second; paused > time.Hour || paused < time.Hour-2*longest {
		t.Errorf("the pauses took %v of an hour", paused)
	}
	for _, e := range f.log.All() {
		if text := fmt.Sprint(e.Message, e.ContextMap()); strings.Contains(text, "hush") {
			t.Error(text)
		}
	}
}
