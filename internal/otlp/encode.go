package otlp

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/webhook-gateway/gateway/internal/trace"
)

// scope names the part of a program that recorded the spans.
const scope = "github.com/webhook-gateway/gateway"

// encodePrefix returns the beginning of an ExportTraceServiceRequest in the JSON
// form of the protocol, up to its spans.
func encodePrefix(resource []trace.Attr, version string) []byte {
	b := []byte(`{"resourceSpans":[{"resource":{`)
	b = appendAttrs(b, resource)
	b = append(b, `},"scopeSpans":[{"scope":{"name":`...)
	b = appendText(b, scope)
	b = append(b, `,"version":`...)
	b = appendText(b, version)
	return append(b, `},"spans":[`...)
}

// encode returns the body of a request.
func (e *Exporter) encode(batch []*trace.Data) []byte {
	b := make([]byte, 0, len(e.prefix)+len(batch)*512)
	b = append(b, e.prefix...)
	for i, d := range batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendSpan(b, d)
	}
	return append(b, `]}]}]}`...)
}

// The bits of the flags of a span beside those of W3C Trace Context: whether it is
// known if the parent is of another process, and whether it is.
const (
	flagSampled     = 0x001
	flagKnowsRemote = 0x100
	flagIsRemote    = 0x200
)

func appendSpan(b []byte, d *trace.Data) []byte {
	b = append(b, `{"traceId":"`...)
	b = append(b, d.Trace.String()...)
	b = append(b, `","spanId":"`...)
	b = append(b, d.Span.String()...)
	if d.Parent != (trace.SpanID{}) {
		b = append(b, `","parentSpanId":"`...)
		b = append(b, d.Parent.String()...)
	}
	b = append(b, '"')
	if d.State != "" {
		b = append(b, `,"traceState":`...)
		b = appendText(b, d.State)
	}
	flags := flagSampled | flagKnowsRemote
	if d.Remote {
		flags |= flagIsRemote
	}
	b = append(b, `,"flags":`...)
	b = strconv.AppendInt(b, int64(flags), 10)
	b = append(b, `,"name":`...)
	b = appendText(b, d.Name)
	b = append(b, `,"kind":`...)
	b = strconv.AppendInt(b, int64(d.Kind), 10)
	b = appendTime(append(b, `,"startTimeUnixNano":"`...), d.Start)
	b = appendTime(append(b, `","endTimeUnixNano":"`...), d.End)
	b = append(b, `",`...)
	b = appendAttrs(b, d.Attrs)
	if d.Failed {
		b = append(b, `,"status":{"code":2}`...)
	}
	return append(b, '}')
}

func appendTime(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.UnixNano(), 10) }

func appendAttrs(b []byte, attrs []trace.Attr) []byte {
	b = append(b, `"attributes":[`...)
	for i, a := range attrs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"key":`...)
		b = appendText(b, a.Key)
		if a.IsNumber {
			b = append(b, `,"value":{"intValue":"`...)
			b = strconv.AppendInt(b, a.Number, 10)
			b = append(b, `"}}`...)
			continue
		}
		b = append(b, `,"value":{"stringValue":`...)
		b = appendText(b, a.Text)
		b = append(b, `}}`...)
	}
	return append(b, ']')
}

// appendText appends a text as JSON. Bytes that are not UTF-8 become U+FFFD.
func appendText(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(text, "\uFFFD"))
	return b
}
