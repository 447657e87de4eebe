package trace

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"
)

// Kind is the kind of a span, by its number in OpenTelemetry.
type Kind int

// The kinds.
const (
	Internal Kind = iota + 1
	Server
	Client
	Producer
)

// Attr is an attribute: a text or a number.
type Attr struct {
	Key      string
	Text     string
	Number   int64
	IsNumber bool
}

// Data is a span that has ended.
type Data struct {
	Context
	Parent SpanID
	Remote bool // the parent is the span of another process
	Name   string
	Kind   Kind
	Start  time.Time
	End    time.Time
	Attrs  []Attr
	Failed bool
}

// set adds an attribute, or replaces the one with its key.
func (d *Data) set(a Attr) {
	for i := range d.Attrs {
		if d.Attrs[i].Key == a.Key {
			d.Attrs[i] = a
			return
		}
	}
	d.Attrs = append(d.Attrs, a)
}

// Span is an operation that is under way. The methods of a nil span do nothing, so
// that code that is traced need not ask whether it is. A span is safe for concurrent
// use, because an action that was abandoned may still hold its own.
type Span struct {
	tracer  *Tracer
	context Context
	parent  SpanID
	remote  bool
	attempt bool
	redact  func(string) string

	mu    sync.Mutex
	ended bool
	data  Data
	attrs [10]Attr
}

// maxText bounds the text of an attribute and the name of a span, in bytes.
const maxText = 256

func (t *Tracer) newSpan(c Context, parent SpanID, name string, kind Kind) *Span {
	s := &Span{tracer: t, context: c, parent: parent}
	if c.Sampled {
		s.data = Data{Name: cut(name), Kind: kind, Start: t.clock.Now()}
		s.data.Attrs = s.attrs[:0]
	}
	return s
}

func newID() (id ID) {
	for id == (ID{}) {
		binary.BigEndian.PutUint64(id[:8], rand.Uint64())
		binary.BigEndian.PutUint64(id[8:], rand.Uint64())
	}
	return id
}

func newSpanID() (id SpanID) {
	for id == (SpanID{}) {
		binary.BigEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}

// Child starts a span inside the span. The child of a span that is not sampled is
// the span itself.
func (s *Span) Child(name string, kind Kind) *Span {
	if s == nil || !s.context.Sampled {
		return s
	}
	c := s.context
	c.Span = newSpanID()
	child := s.tracer.newSpan(c, s.context.Span, name, kind)
	child.redact = s.redact
	return child
}

// Attempt starts a span for one attempt of an action, which becomes that of the
// request that the attempt sends.
func (s *Span) Attempt(name string) *Span {
	child := s.Child(name, Internal)
	if child != nil && child != s {
		child.attempt = true
	}
	return child
}

// IsAttempt reports whether Attempt started the span.
func (s *Span) IsAttempt() bool { return s != nil && s.attempt }

// Context returns the context of the span for others; one that is not valid for nil.
func (s *Span) Context() Context {
	if s == nil {
		return Context{}
	}
	return s.context
}

// Sampled reports whether the span is recorded.
func (s *Span) Sampled() bool { return s != nil && s.context.Sampled }

// RedactBy sets the function that hides secrets in texts of the span and of the
// spans inside it that start later.
func (s *Span) RedactBy(redact func(string) string) {
	if s.Sampled() {
		s.redact = redact
	}
}

// Rename sets the name and the kind.
func (s *Span) Rename(name string, kind Kind) {
	s.change(func(d *Data) { d.Name, d.Kind = cut(name), kind })
}

// SetWord adds an attribute whose text is a word of the program or a name in the
// flow files.
func (s *Span) SetWord(key, text string) {
	s.change(func(d *Data) { d.set(Attr{Key: key, Text: cut(text)}) })
}

// SetText adds an attribute whose text may hold a secret.
func (s *Span) SetText(key, text string) {
	if !s.Sampled() {
		return
	}
	if s.redact != nil {
		text = s.redact(text)
	}
	s.SetWord(key, text)
}

// SetNumber adds an attribute.
func (s *Span) SetNumber(key string, n int) {
	s.change(func(d *Data) { d.set(Attr{Key: key, Number: int64(n), IsNumber: true}) })
}

// Fail marks the span as failed. The word says why: a class of errors or a status.
func (s *Span) Fail(word string) {
	s.change(func(d *Data) {
		d.Failed = true
		d.set(Attr{Key: "error.type", Text: word})
	})
}

// HasFailed reports whether Fail was called.
func (s *Span) HasFailed() (failed bool) {
	s.change(func(d *Data) { failed = d.Failed })
	return failed
}

func (s *Span) change(f func(*Data)) {
	if !s.Sampled() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		f(&s.data)
	}
}

// End ends the span and passes it to the exporter. Later changes have no effect.
func (s *Span) End() {
	if !s.Sampled() {
		return
	}
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	s.ended = true
	s.data.Context, s.data.Parent, s.data.Remote, s.data.End = s.context, s.parent, s.remote, s.tracer.clock.Now()
	s.mu.Unlock()
	s.tracer.exporter.Export(&s.data)
}

// cut bounds a text, at the end of a character.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	n := maxText
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}

type spanKey struct{}

// With returns a context that carries the span, which may be nil.
func With(ctx context.Context, s *Span) context.Context {
	if s == nil {
		return ctx
	}
	return context.WithValue(ctx, spanKey{}, s)
}

// From returns the span that a context carries; nil for none.
func From(ctx context.Context) *Span {
	s, _ := ctx.Value(spanKey{}).(*Span)
	return s
}
