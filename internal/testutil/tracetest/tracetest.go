// Package tracetest keeps the spans that a test records.
package tracetest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// Recorder keeps spans. Set Changed to be told of each.
type Recorder struct {
	Changed *signaltest.Signal

	mu    sync.Mutex
	spans []*trace.Data
}

// Export keeps a span.
func (r *Recorder) Export(d *trace.Data) {
	r.mu.Lock()
	r.spans = append(r.spans, d)
	r.mu.Unlock()
	if r.Changed != nil {
		r.Changed.Send()
	}
}

// Spans returns the spans so far, in the order in which they ended.
func (r *Recorder) Spans() []*trace.Data {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*trace.Data(nil), r.spans...)
}

// Named returns the spans with a name.
func (r *Recorder) Named(name string) []*trace.Data {
	var out []*trace.Data
	for _, d := range r.Spans() {
		if d.Name == name {
			out = append(out, d)
		}
	}
	return out
}

// Text returns all texts of all spans.
func (r *Recorder) Text() string {
	var b strings.Builder
	for _, d := range r.Spans() {
		fmt.Fprintln(&b, d.Name, d.State, Attrs(d))
	}
	return b.String()
}

// Attrs returns the attributes of a span as texts.
func Attrs(d *trace.Data) map[string]string {
	out := map[string]string{}
	for _, a := range d.Attrs {
		out[a.Key] = a.Text
		if a.IsNumber {
			out[a.Key] = fmt.Sprint(a.Number)
		}
	}
	return out
}
