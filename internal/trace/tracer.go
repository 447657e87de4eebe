// Package trace records the spans of requests, runs, actions and attempts, and
// passes the context of a trace on as W3C Trace Context says.
//
// A Tracer is nil where no traces are recorded. It then returns nil spans, whose
// methods do nothing. A span that is not sampled has a context, which is passed on,
// and records nothing.
package trace

import (
	"encoding/binary"
	"math"
	"net/http"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Exporter takes spans that have ended. Export must not block.
type Exporter interface{ Export(d *Data) }

// Sampler decides which traces are recorded.
type Sampler struct {
	// ByParent follows the decision of a sender who begins or continues a trace.
	// Anybody who may send a request decides then.
	ByParent bool
	// Ratio is the share of the other traces that are recorded, from 0 to 1. It is
	// decided by the id of the trace, so that all processes decide alike.
	Ratio float64
}

// decide reports whether a trace is recorded.
func (s Sampler) decide(parent Context, id ID) bool {
	if s.ByParent && parent.IsValid() {
		return parent.Sampled
	}
	if s.Ratio >= 1 {
		return true
	}
	bound := uint64(max(s.Ratio, 0) * math.MaxInt64)
	return binary.BigEndian.Uint64(id[8:])>>1 < bound
}

// Tracer starts spans.
type Tracer struct {
	exporter Exporter
	sampler  Sampler
	clock    clock.Clock
}

// New returns a tracer.
func New(e Exporter, s Sampler, c clock.Clock) *Tracer {
	return &Tracer{exporter: e, sampler: s, clock: c}
}

// Request starts the span of a request. It continues the trace of the sender, if
// the header has one. The sampler decides whether the trace is recorded.
func (t *Tracer) Request(h http.Header, name string) *Span {
	if t == nil {
		return nil
	}
	parent := FromHeader(h)
	s := t.root(parent, name, Server)
	s.remote = parent.IsValid()
	return s
}

// Root starts the first span of a trace that no request began.
func (t *Tracer) Root(name string, kind Kind) *Span {
	if t == nil {
		return nil
	}
	return t.root(Context{}, name, kind)
}

func (t *Tracer) root(parent Context, name string, kind Kind) *Span {
	c := Context{Trace: parent.Trace, Span: newSpanID(), State: parent.State}
	if !parent.IsValid() {
		c.Trace = newID()
	}
	c.Sampled = t.sampler.decide(parent, c.Trace)
	return t.newSpan(c, parent.Span, name, kind)
}

// Continue starts a span below one of this gateway, or of another on its store. If
// the parent is not valid, a trace begins.
func (t *Tracer) Continue(parent Context, name string, kind Kind) *Span {
	switch {
	case t == nil:
		return nil
	case !parent.IsValid():
		return t.root(parent, name, kind)
	}
	c := parent
	c.Span = newSpanID()
	return t.newSpan(c, parent.Span, name, kind)
}
