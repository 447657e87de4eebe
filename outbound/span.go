package outbound

import (
	"context"
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/internal/trace"
)

// startExchange passes the trace of the context on to the server, unless the request
// has a traceparent of its own. It makes the span of an attempt that of the request,
// by the semantic conventions of OpenTelemetry for HTTP. The path of the URL, which
// may hold values of a run, is left out.
func startExchange(ctx context.Context, h *hop, hideServer bool) *trace.Span {
	span := trace.From(ctx)
	if c := span.Context(); c.IsValid() && h.header.Get(trace.ParentHeader) == "" {
		h.header[trace.ParentHeader] = []string{c.Parent()}
		delete(h.header, trace.StateHeader)
		if c.State != "" {
			h.header[trace.StateHeader] = []string{c.State}
		}
	}
	if !span.IsAttempt() {
		return nil
	}
	span.Rename(trace.MethodName(h.method), trace.Client)
	span.SetWord("http.request.method", trace.MethodWord(h.method))
	if hideServer {
		return span
	}
	span.SetText("server.address", h.url.Hostname())
	if port, err := strconv.Atoi(portOf(h.url)); err == nil {
		span.SetNumber("server.port", port)
	}
	span.SetText("url.full", h.origin()+"/REDACTED")
	return span
}

// endExchange adds the result of a request to its span.
func endExchange(span *trace.Span, r *Response, failed *Error) {
	switch {
	case failed != nil:
		span.Fail(failed.Reason)
	case r != nil:
		span.SetNumber("http.response.status_code", r.Status)
		if r.Status >= http.StatusBadRequest {
			span.Fail(strconv.Itoa(r.Status))
		}
	}
}
