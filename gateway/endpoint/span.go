package endpoint

import (
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// startSpan starts the span of the request. Of the request it has what the caller
// can't choose freely: no path, no query, no header fields.
func (q *request) startSpan() {
	q.Span = q.handler.Tracer.Request(q.r.Header, trace.MethodName(q.r.Method))
	if !q.Span.Sampled() {
		return
	}
	q.Span.RedactBy(q.RedactText)
	q.Span.SetWord("http.request.method", trace.MethodWord(q.r.Method))
	scheme := "http"
	if q.r.TLS != nil {
		scheme = "https"
	}
	q.Span.SetWord("url.scheme", scheme)
	q.Span.SetWord("network.protocol.version", protocolVersion(q.r))
	q.Span.SetWord("gateway.run.id", q.ID)
}

func protocolVersion(r *http.Request) string {
	if r.ProtoMajor >= 2 {
		return strconv.Itoa(r.ProtoMajor)
	}
	return strconv.Itoa(r.ProtoMajor) + "." + strconv.Itoa(r.ProtoMinor)
}

// endSpan ends the span of the request. A generated path lets its callers in, and is
// left out.
func (q *request) endSpan() {
	if q.Endpoint != nil {
		q.Span.SetWord("gateway.flow.name", q.Endpoint.Flow.Name)
		if path := q.Endpoint.HTTP.Route.Path; path != "" && q.Span.Sampled() {
			q.Span.SetText("http.route", path)
			q.Span.Rename(trace.MethodName(q.r.Method)+" "+q.RedactText(path), trace.Server)
		}
	}
	q.Span.End()
}

// noteStatus adds the status of the answer to the span.
func (q *request) noteStatus(status int) {
	q.Span.SetNumber("http.response.status_code", status)
	if status >= http.StatusInternalServerError && q.Span.Sampled() {
		q.Span.Fail(strconv.Itoa(status))
	}
}

// startRunSpan starts the span of a sync run.
func (q *request) startRunSpan(r *flow.Run) {
	if q.Span == nil {
		return
	}
	r.Span = q.Span.Child(run.SpanName(r.Flow.Name), trace.Internal)
	if r.Span != q.Span {
		run.BeginSpan(r.Span, r)
	}
}
