// Package judge has the receiver of the OpenTelemetry collector read what the
// exporter sends. It is a module of its own, so that the gateway does not depend on
// the collector.
package judge

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configgrpc"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/otlp"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/outbound"
)

// startReceiver starts the receiver for OTLP over HTTP and returns its URL.
func startReceiver(t *testing.T, sink *consumertest.TracesSink) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig().(*otlpreceiver.Config)
	config.Protocols.GRPC = configoptional.None[configgrpc.ServerConfig]()
	config.Protocols.HTTP.GetOrInsertDefault().ServerConfig.NetAddr.Endpoint = address
	receiver, err := factory.CreateTraces(t.Context(), receivertest.NewNopSettings(factory.Type()), config, sink)
	if err != nil {
		t.Fatal(err)
	}
	if err := receiver.Start(t.Context(), componenttest.NewNopHost()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = receiver.Shutdown(context.Background()) })
	return "http://" + address + "/v1/traces"
}

// TestReceiver: the receiver of the collector reads each part of a span as it was
// recorded.
func TestReceiver(t *testing.T) {
	for _, compressed := range []bool{true, false} {
		sink := new(consumertest.TracesSink)
		policy, err := outbound.ParsePolicy([]string{"127.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		e := otlp.New(otlp.Options{
			URL: startReceiver(t, sink), Gzip: compressed, Version: "1.2.3", Resource: []trace.Attr{{Key: "service.name", Text: "shop \"1\" \xff"}},
			QueueSize: 8, BatchSize: 4, Delay: time.Second, Timeout: time.Minute, ExportTimeout: time.Minute,
			Client: outbound.New(outbound.Options{Policy: policy}), Clock: clock.System{}, Log: zap.NewNop(),
		})
		tracer := trace.New(e, trace.Sampler{Ratio: 1}, clock.System{})
		request := tracer.Request(http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Tracestate": {"a=1"}}, "POST /orders")
		run := request.Child("run orders", trace.Internal)
		run.SetWord("text", "grüße \u2028 \"x\"")
		run.SetNumber("number", -7)
		run.Fail("timeout")
		run.End()
		request.End()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e.Run(ctx)
		if got := e.Counts(); got != (otlp.Counts{Sent: 2}) || sink.SpanCount() != 2 {
			t.Fatalf("counts %+v, %d spans arrived", got, sink.SpanCount())
		}
		check(t, sink.AllTraces()[0], request.Context(), run.Context())
	}
}

func check(t *testing.T, got ptrace.Traces, request, run trace.Context) {
	t.Helper()
	resource := got.ResourceSpans().At(0)
	if name, _ := resource.Resource().Attributes().Get("service.name"); name.Str() != "shop \"1\" \uFFFD" {
		t.Errorf("service.name %q", name.Str())
	}
	scope := resource.ScopeSpans().At(0)
	if scope.Scope().Version() != "1.2.3" || scope.Scope().Name() == "" {
		t.Errorf("scope %q %q", scope.Scope().Name(), scope.Scope().Version())
	}
	inner, outer := scope.Spans().At(0), scope.Spans().At(1)
	if inner.Name() != "run orders" || inner.Kind() != ptrace.SpanKindInternal || inner.TraceID().String() != run.Trace.String() ||
		inner.SpanID().String() != run.Span.String() || inner.ParentSpanID().String() != request.Span.String() {
		t.Errorf("the span of the run is %q, %s below %s", inner.Name(), inner.SpanID(), inner.ParentSpanID())
	}
	if inner.Status().Code() != ptrace.StatusCodeError || inner.TraceState().AsRaw() != "a=1" || inner.Flags() != 0x101 ||
		inner.StartTimestamp() == 0 || inner.EndTimestamp() < inner.StartTimestamp() {
		t.Errorf("status %v, state %q, flags %x", inner.Status().Code(), inner.TraceState().AsRaw(), inner.Flags())
	}
	text, _ := inner.Attributes().Get("text")
	number, _ := inner.Attributes().Get("number")
	failure, _ := inner.Attributes().Get("error.type")
	if text.Str() != "grüße \u2028 \"x\"" || number.Int() != -7 || failure.Str() != "timeout" {
		t.Errorf("attributes %v", inner.Attributes().AsRaw())
	}
	if outer.Kind() != ptrace.SpanKindServer || outer.ParentSpanID().String() != "00f067aa0ba902b7" || outer.Flags() != 0x301 || outer.Status().Code() != ptrace.StatusCodeUnset {
		t.Errorf("the span of the request: kind %v, parent %s, flags %x", outer.Kind(), outer.ParentSpanID(), outer.Flags())
	}
}
