package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/tracetest"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

const (
	senderTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	senderSpan   = "00f067aa0ba902b7"
	senderParent = "00-" + senderTrace + "-" + senderSpan + "-01"
)

// traced makes the gateway, which has not started, record traces.
func (d *durable) traced(s trace.Sampler) *tracetest.Recorder {
	r := &tracetest.Recorder{Changed: d.changed}
	d.opts.Tracer = trace.New(r, s, clock.System{})
	return r
}

// awaitSpans returns the spans with a name once there are n.
func (d *durable) awaitSpans(r *tracetest.Recorder, name string, n int) []*trace.Data {
	d.t.Helper()
	d.changed.Await(d.t, name, func() bool { return len(r.Named(name)) >= n })
	return r.Named(name)
}

// wantSpan compares the attributes of a span, and checks that it is below another.
func wantSpan(t *testing.T, got, parent *trace.Data, kind trace.Kind, want map[string]string) {
	t.Helper()
	if got.Trace != parent.Trace || got.Parent != parent.Span || got.Kind != kind {
		t.Errorf("span %q of kind %d is not below %q", got.Name, got.Kind, parent.Name)
	}
	if got.Start.Before(parent.Start) || got.End.Before(got.Start) {
		t.Errorf("times of %q", got.Name)
	}
	attrs := tracetest.Attrs(got)
	delete(attrs, "gateway.run.id")
	delete(attrs, "server.port")
	if diff := cmp.Diff(want, attrs); diff != "" {
		t.Errorf("%s: %s", got.Name, diff)
	}
}

const tracedFlows = `
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    mode = "sync"
    response { json = { ok = true } }
  }
  action "transform" "pick" { jq = ".order" }
  action "http" "send" {
    url   = "OUT/send/${webhook.body.order}?q=${webhook.body.order}"
    retry {
      attempts = 2
      initial  = "1ms"
    }
  }
}`

// TestTraceOfASyncRun: a span for the request, the run, the actions and each
// attempt, which the server outside continues.
func TestTraceOfASyncRun(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{Ratio: 1})
	d.write(tracedFlows)
	d.start()
	d.outside.fail("/send/PRIVATE", 1)
	r := d.post("/orders", `{"order": "PRIVATE"}`, "Traceparent", senderParent, "Tracestate", "vendor=1")
	if r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	d.await(r.run(), store.Succeeded)
	if shown := d.admin(http.MethodGet, "/api/v1/runs/"+r.run()).Body.String(); !strings.Contains(shown, `"trace_id": "`+senderTrace+`"`) {
		t.Errorf("the run does not show its trace: %s", shown)
	}
	request := d.awaitSpans(spans, "POST /orders", 1)[0]
	if request.Trace.String() != senderTrace || request.Parent.String() != senderSpan || !request.Remote || request.Kind != trace.Server || request.Failed {
		t.Errorf("%+v", request)
	}
	attrs := tracetest.Attrs(request)
	delete(attrs, "gateway.run.id")
	if diff := cmp.Diff(map[string]string{
		"http.request.method": "POST", "http.route": "/orders", "url.scheme": "http", "network.protocol.version": "1.1",
		"http.response.status_code": "200", "gateway.flow.name": "orders", "gateway.outcome": "succeeded",
	}, attrs); diff != "" {
		t.Error(diff)
	}
	run := spans.Named("run orders")[0]
	wantSpan(t, run, request, trace.Internal, map[string]string{"gateway.flow.name": "orders", "gateway.run.attempt": "1", "gateway.run.state": "succeeded"})
	wantSpan(t, spans.Named("action pick")[0], run, trace.Internal, map[string]string{
		"gateway.flow.name": "orders", "gateway.action.name": "pick", "gateway.action.kind": "transform", "gateway.action.state": "succeeded", "gateway.action.attempts": "1",
	})
	action := spans.Named("action send")[0]
	wantSpan(t, action, run, trace.Internal, map[string]string{
		"gateway.flow.name": "orders", "gateway.action.name": "send", "gateway.action.kind": "http", "gateway.action.state": "succeeded", "gateway.action.attempts": "2",
	})
	attempts := spans.Named("GET")
	if len(attempts) != 2 || !attempts[0].Failed || attempts[1].Failed {
		t.Fatalf("attempts %+v", attempts)
	}
	want := map[string]string{
		"gateway.action.attempt": "1", "http.request.method": "GET", "server.address": "127.0.0.1", "url.full": d.outside.url + "/REDACTED",
		"http.response.status_code": "503", "error.type": "503",
	}
	wantSpan(t, attempts[0], action, trace.Client, want)
	want["gateway.action.attempt"], want["http.response.status_code"] = "2", "200"
	delete(want, "error.type")
	wantSpan(t, attempts[1], action, trace.Client, want)
	for i, h := range d.outside.sent("/send/PRIVATE") {
		if got := trace.FromHeader(h); got != attempts[i].Context {
			t.Errorf("attempt %d was sent as %+v, want %+v", i+1, got, attempts[i].Context)
		}
	}
	if strings.Contains(spans.Text(), "PRIVATE") {
		t.Errorf("a part of the body: %s", spans.Text())
	}
}

// TestTraceOfAStoredRun: the attempts of a run belong to its trace, also after a
// restart, and to the trace of the sender.
func TestTraceOfAStoredRun(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{Ratio: 1})
	d.write(`
flow "orders" {
  trigger "webhook" { path = "/orders" }
  retry {
    attempts = 2
    initial  = "1ms"
  }
  action "delay" "wait" { for = "1h" }
  action "http" "send" { url = "OUT/send" }
}`)
	d.start()
	d.outside.fail("/send", 1)
	r := d.post("/orders", `{}`, "Traceparent", senderParent, "Tracestate", "vendor=1")
	id := r.header.Get("Gateway-Run")
	d.await(id, store.Waiting)
	d.restart()
	d.clock.forward(time.Hour)
	d.await(id, store.Succeeded)
	if shown := d.admin(http.MethodGet, "/api/v1/runs/"+id).Body.String(); !strings.Contains(shown, `"trace_id": "`+senderTrace+`"`) {
		t.Errorf("the run does not show its trace: %s", shown)
	}
	request := d.awaitSpans(spans, "POST /orders", 1)[0]
	runs := d.awaitSpans(spans, "run orders", 3)
	for i, want := range []struct{ attempt, state string }{{"1", "suspended"}, {"1", "retried"}, {"2", "succeeded"}} {
		attrs := map[string]string{"gateway.flow.name": "orders", "gateway.run.attempt": want.attempt, "gateway.run.state": want.state}
		if want.state == "retried" {
			attrs["error.type"] = "5xx"
		}
		wantSpan(t, runs[i], request, trace.Internal, attrs)
		if runs[i].State != "vendor=1" {
			t.Errorf("state %q", runs[i].State)
		}
	}
	if waits := spans.Named("action wait"); len(waits) != 1 || tracetest.Attrs(waits[0])["gateway.action.state"] != "suspended" {
		t.Errorf("%d spans of the action that waits", len(waits))
	}
	for _, h := range d.outside.sent("/send") {
		if got := trace.FromHeader(h); got.Trace.String() != senderTrace || got.State != "vendor=1" || !got.Sampled {
			t.Errorf("it was sent as %+v", got)
		}
	}
}

// TestTraceOfStartedFlows: a flow that another one starts belongs to its trace.
func TestTraceOfStartedFlows(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{Ratio: 1})
	d.write(`
flow "first" {
  trigger "webhook" { path = "/first" }
  action "flow" "start" {
    flow = "second"
    wait = false
  }
}
flow "second" {
  trigger "flow" {}
  action "log" "done" { message = "done" }
}`)
	d.start()
	d.await(d.accept("/first", `{}`), store.Succeeded)
	second := d.awaitSpans(spans, "run second", 1)[0]
	attempt := spans.Named("attempt of action start")[0]
	if second.Trace != attempt.Trace || second.Parent != attempt.Span {
		t.Errorf("the second flow is not below the action that started it")
	}
}

// TestTraceOfRefusedRequests: the span of a request that starts no run has neither
// its path nor its query, and a method of the caller's invention is not repeated.
func TestTraceOfRefusedRequests(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{Ratio: 1})
	d.write(`
flow "orders" {
  trigger "webhook" {}
  action "log" "l" { message = "x" }
}`)
	d.start()
	path := d.g.Addresses()[0].Path
	d.accept(path, `{}`)
	d.send("WHATEVER", path+"?secret=1", `{}`)
	d.post("/nowhere?q=1", `{}`)
	accepted := d.awaitSpans(spans, "POST", 2)
	if got := tracetest.Attrs(accepted[0]); got["gateway.flow.name"] != "orders" || got["http.route"] != "" || got["gateway.outcome"] != "accepted" {
		t.Errorf("%v", got)
	}
	if got := tracetest.Attrs(accepted[1]); got["gateway.outcome"] != "not_found" || got["http.response.status_code"] != "404" {
		t.Errorf("%v", got)
	}
	if got := tracetest.Attrs(d.awaitSpans(spans, "HTTP", 1)[0]); got["http.request.method"] != "_OTHER" || got["gateway.outcome"] == "" {
		t.Errorf("%v", got)
	}
	for _, secret := range []string{path, "nowhere", "secret", "WHATEVER", "q=1"} {
		if strings.Contains(spans.Text(), secret) {
			t.Errorf("%q is in the spans: %s", secret, spans.Text())
		}
	}
}

// TestTraceThatIsNotSampled: the context is passed on without spans.
func TestTraceThatIsNotSampled(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{ByParent: true, Ratio: 1})
	d.write(`
flow "orders" {
  trigger "webhook" { path = "/orders" }
  action "http" "send" { url = "OUT/send" }
  action "http" "own" {
    url     = "OUT/own"
    headers = { traceparent = "own" }
  }
}`)
	d.start()
	d.post("/orders", `{}`, "Traceparent", strings.TrimSuffix(senderParent, "1")+"0", "Tracestate", "vendor=1")
	d.changed.Await(t, "both calls", func() bool { return d.outside.count("/own") == 1 })
	got := trace.FromHeader(d.outside.sent("/send")[0])
	if got.Trace.String() != senderTrace || got.Sampled || got.State != "vendor=1" || got.Span.String() == senderSpan {
		t.Errorf("%+v", got)
	}
	if own := d.outside.sent("/own")[0]; own.Get("Traceparent") != "own" || own.Get("Tracestate") != "" {
		t.Errorf("the header of the file was changed: %v", own)
	}
	if n := len(spans.Spans()); n > 0 {
		t.Errorf("%d spans", n)
	}
}

// TestNoTraces: a gateway without a tracer passes nothing on.
func TestNoTraces(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "orders" {
  trigger "webhook" { path = "/orders" }
  action "http" "send" { url = "OUT/send" }
}`)
	id := d.post("/orders", `{}`, "Traceparent", senderParent).header.Get("Gateway-Run")
	d.await(id, store.Succeeded)
	if shown := d.admin(http.MethodGet, "/api/v1/runs/"+id).Body.String(); strings.Contains(shown, "trace_id") {
		t.Errorf("a run without a trace shows one: %s", shown)
	}
	d.changed.Await(t, "the call", func() bool { return d.outside.count("/send") == 1 })
	if h := d.outside.sent("/send")[0]; h.Get("Traceparent") != "" {
		t.Errorf("%v", h)
	}
}

// TestTracesHoldNothingOfARequest: whatever a request has, and whatever fails with a
// text of it, spans hold only names of the files, words of the code and figures.
func TestTracesHoldNothingOfARequest(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	spans := d.traced(trace.Sampler{Ratio: 1})
	d.write(`
secret "token" { env = "TOKEN" }
flow "orders" {
  trigger "webhook" {
    path = "/orders/{customer}"
    mode = "sync"
    auth "bearer" { token = secret.token }
    dedupe { key = "PRIVATE-${webhook.body.order}" }
    response {}
  }
  action "transform" "pick" { jq = ". | {order, token: \"PRIVATE\"}" }
  action "http" "send" {
    url     = "OUT/PRIVATE/${webhook.body.order}?q=PRIVATE"
    headers = { "X-Private" = "PRIVATE", authorization = "Bearer ${secret.token}" }
    json    = { order = webhook.body.order }
    on_error = "continue"
  }
  action "transform" "broken" {
    jq = "error(\"PRIVATE\" + .order)"
    on_error = "continue"
  }
  action "stop" "end" {
    status  = "failed"
    message = "PRIVATE ${webhook.body.order} of ${webhook.path.customer}"
  }
}`)
	d.start()
	d.outside.fail("/PRIVATE/PRIVATE-7", 9)
	for _, authorization := range []string{"Bearer hush-hush-TOKEN", "Bearer PRIVATE"} {
		d.post("/orders/PRIVATE-8?x=PRIVATE", `{"order": "PRIVATE-7"}`, "Authorization", authorization, "X-Private", "PRIVATE", "User-Agent", "PRIVATE", "Cookie", "a=PRIVATE")
	}
	requests := d.awaitSpans(spans, "POST /orders/{customer}", 2)
	if got := []string{tracetest.Attrs(requests[0])["gateway.outcome"], tracetest.Attrs(requests[1])["gateway.outcome"]}; !slices.Equal(got, []string{"failed", "unauthorized"}) {
		t.Errorf("outcomes %q", got)
	}
	for _, name := range []string{"run orders", "action send", "action broken", "action end", "POST"} {
		if len(spans.Named(name)) == 0 {
			t.Errorf("no span %q", name)
		}
	}
	for _, text := range []string{"PRIVATE", "hush-hush"} {
		if strings.Contains(spans.Text(), text) {
			t.Errorf("%q is in the spans: %s", text, spans.Text())
		}
	}
}
