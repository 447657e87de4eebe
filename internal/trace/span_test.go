package trace_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/tracetest"
	"github.com/webhook-gateway/gateway/internal/trace"
)

func TestSpans(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got tracetest.Recorder
		tracer := trace.New(&got, trace.Sampler{Ratio: 1}, clock.System{})
		began := time.Now()
		request := tracer.Request(http.Header{"Traceparent": {parent}, "Tracestate": {"a=1"}}, "POST")
		request.RedactBy(func(s string) string { return strings.ReplaceAll(s, "hush", "***") })
		run := request.Child("run f", trace.Internal)
		run.SetText("server.address", "hush.example.com")
		run.SetWord("word", "first")
		run.SetWord("word", "second")
		run.SetNumber("n", 7)
		time.Sleep(time.Second)
		run.Fail("timeout")
		run.End()
		run.SetWord("late", "too late")
		run.End()
		request.SetWord("long", strings.Repeat("ä", 200))
		request.End()
		spans := got.Spans()
		if len(spans) != 2 {
			t.Fatalf("%d spans", len(spans))
		}
		inner, outer := spans[0], spans[1]
		if outer.Trace.String() != traceID || outer.Parent.String() != spanID || !outer.Remote || outer.State != "a=1" {
			t.Errorf("the request does not continue the trace of the sender: %+v", outer)
		}
		if inner.Trace != outer.Trace || inner.Parent != outer.Span || inner.Remote || inner.Span == outer.Span || inner.State != "a=1" {
			t.Errorf("the run is not below the request: %+v", inner)
		}
		if !inner.Start.Equal(began) || inner.End.Sub(began) != time.Second || !inner.Failed || outer.Failed {
			t.Errorf("times or states: %+v", inner)
		}
		if diff := cmp.Diff(map[string]string{"server.address": "***.example.com", "word": "second", "n": "7", "error.type": "timeout"}, tracetest.Attrs(inner)); diff != "" {
			t.Error(diff)
		}
		if long := tracetest.Attrs(outer)["long"]; len(long) != 256+len("…") || !strings.HasSuffix(long, "ä…") {
			t.Errorf("a long text of %d bytes", len(long))
		}
	})
}

func TestSampler(t *testing.T) {
	t.Parallel()
	off, on := strings.TrimSuffix(parent, "01")+"00", parent
	low := "00-4bf92f3577b34da60000000000000001-" + spanID + "-01"
	cases := []struct {
		name    string
		sampler trace.Sampler
		parent  string
		want    bool
	}{
		{"always, whatever a sender says", trace.Sampler{Ratio: 1}, off, true},
		{"never, whatever a sender says", trace.Sampler{}, on, false},
		{"the sender decides for", trace.Sampler{ByParent: true}, on, true},
		{"the sender decides against", trace.Sampler{ByParent: true, Ratio: 1}, off, false},
		{"no sender", trace.Sampler{ByParent: true, Ratio: 1}, "", true},
		{"no sender, never", trace.Sampler{ByParent: true}, "", false},
		{"by an id below the share", trace.Sampler{Ratio: 0.65}, on, true}, // its lower half is 0.64 of the range
		{"by an id above the share", trace.Sampler{Ratio: 0.63}, on, false},
		{"by a low id", trace.Sampler{Ratio: 0.0001}, low, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			if c.parent != "" {
				h.Set("Traceparent", c.parent)
			}
			s := trace.New(&tracetest.Recorder{}, c.sampler, clock.System{}).Request(h, "POST")
			if s.Sampled() != c.want || s.Context().Sampled != c.want || !s.Context().IsValid() {
				t.Errorf("sampled %v, context %+v", s.Sampled(), s.Context())
			}
		})
	}
}

// TestRatio: the share of the traces that are recorded is the ratio.
func TestRatio(t *testing.T) {
	t.Parallel()
	tracer, n := trace.New(&tracetest.Recorder{}, trace.Sampler{Ratio: 0.25}, clock.System{}), 0
	for range 20_000 {
		if tracer.Root("r", trace.Internal).Sampled() {
			n++
		}
	}
	if n < 4500 || n > 5500 { // 16 standard deviations
		t.Errorf("%d of 20000", n)
	}
}

// TestNotSampled: the context of a trace that is not recorded is passed on, and
// costs one allocation, that of the span.
func TestNotSampled(t *testing.T) {
	var got tracetest.Recorder
	tracer := trace.New(&got, trace.Sampler{}, clock.System{})
	h := http.Header{"Traceparent": {parent}}
	s := tracer.Request(h, "POST")
	child := s.Child("run", trace.Internal)
	child.SetText("a", "b")
	child.Fail("timeout")
	child.End()
	s.End()
	if c := child.Context(); c.Trace.String() != traceID || c.Sampled || c.Span.String() == spanID {
		t.Errorf("%s", c.Parent())
	}
	if len(got.Spans()) > 0 {
		t.Error("it was recorded")
	}
}

// TestNoTracer: without a tracer nothing happens, and nothing is allocated.
func TestNoTracer(t *testing.T) {
	var tracer *trace.Tracer
	h, ctx := http.Header{"Traceparent": {parent}}, context.Background()
	n := testing.AllocsPerRun(100, func() {
		s := tracer.Request(h, "POST")
		inner := trace.With(ctx, s.Child("a", trace.Internal))
		if from := trace.From(inner); from != nil || from.Attempt("x") != nil || from.IsAttempt() || from.Sampled() || from.HasFailed() {
			t.Error("there is a span")
		}
		s.SetWord("a", "b")
		s.SetText("a", "b")
		s.SetNumber("a", 1)
		s.Rename("b", trace.Client)
		s.Fail("x")
		s.End()
		if s.Context().IsValid() || s.Context().Encode() != nil || tracer.Continue(trace.Context{}, "r", trace.Internal) != nil || tracer.Root("r", trace.Producer) != nil {
			t.Error("there is a trace")
		}
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestContinue(t *testing.T) {
	t.Parallel()
	tracer := trace.New(&tracetest.Recorder{}, trace.Sampler{}, clock.System{})
	stored := trace.Decode([]byte(parent + " a=1"))
	if c := tracer.Continue(stored, "run", trace.Internal).Context(); !c.Sampled || c.Trace.String() != traceID || c.Span == stored.Span || c.State != "a=1" {
		t.Errorf("%+v", c)
	}
	if c := tracer.Continue(trace.Decode([]byte("nothing")), "run", trace.Internal).Context(); c.Sampled || !c.IsValid() {
		t.Errorf("%+v", c)
	}
}
