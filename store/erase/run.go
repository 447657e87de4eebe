package erase

import (
	"bytes"
	"strconv"

	"github.com/webhook-gateway/gateway/store"
)

// Trace is what a run has left in the history that may hold an address, as Hide
// goes through it.
type Trace struct {
	OrderKey string
	Cause    store.Cause
	Cut      bool // of the body
	store.Payload
	Steps []store.Step
}

// Erased tells what an engine has to write after Trace.Erase.
type Changes struct {
	Run     bool // OrderKey or Cause changed
	Payload bool
	Steps   []ChangedStep
	Unread  bool // something can't be looked into
}

// ErasedStep is a step that changed.
type ChangedStep struct {
	store.Step
	Was string // its path until now
}

// Any tells whether anything changed.
func (e *Changes) Any() bool { return e.Run || e.Payload || len(e.Steps) > 0 }

// Erase takes an address out of a trace.
func (t *Trace) Erase(c store.Eraser) *Changes {
	e := &erasing{cleaner: c}
	out := &e.Changes
	out.Run = e.text(&t.OrderKey)
	out.Run = e.cause(&t.Cause) || out.Run
	for _, p := range []struct {
		bytes *[]byte
		kind  store.PieceKind
		cut   bool
	}{
		{&t.Event, store.TextPiece, false},
		{&t.Body, store.TextPiece, t.Cut},
		{&t.Variables, store.TextPiece, false},
		{&t.Response, store.ResponsePiece, false},
		{&t.Output, store.TextPiece, false},
	} {
		out.Payload = e.bytes(p.bytes, p.kind, p.cut) || out.Payload
	}
	paths := map[string]bool{}
	for i := range t.Steps {
		paths[t.Steps[i].Path] = true
	}
	for i := range t.Steps {
		e.step(&t.Steps[i], paths)
	}
	return out
}

// erasing collects what changes.
type erasing struct {
	Changes
	cleaner store.Eraser
}

func (e *erasing) bytes(b *[]byte, kind store.PieceKind, cut bool) bool {
	if len(*b) == 0 {
		return false
	}
	clean, err := e.cleaner.Erase(store.Piece{Kind: kind, Bytes: *b, Cut: cut})
	if err != nil {
		e.Unread = true
		return false
	}
	if bytes.Equal(clean, *b) {
		return false
	}
	*b = clean
	return true
}

func (e *erasing) text(s *string) bool {
	b := []byte(*s)
	if !e.bytes(&b, store.TextPiece, false) {
		return false
	}
	*s = string(b)
	return true
}

func (e *erasing) cause(c *store.Cause) bool {
	changed := e.text(&c.Reason)
	return e.text(&c.Message) || changed
}

// step cleans a step. Its path stays unique.
func (e *erasing) step(s *store.Step, paths map[string]bool) {
	was := s.Path
	changed := e.text(&s.Path)
	if changed {
		s.Path = unused(s.Path, paths)
	}
	changed = e.bytes(&s.Input, store.TextPiece, s.CutFrom > 0) || changed
	changed = e.bytes(&s.Output, store.OutputPiece, s.CutFrom > 0) || changed
	if e.cause(&s.Cause) || changed {
		e.Steps = append(e.Steps, ChangedStep{*s, was})
	}
}

func unused(path string, paths map[string]bool) string {
	out := path
	for n := 2; paths[out]; n++ {
		out = path + "~" + strconv.Itoa(n)
	}
	paths[out] = true
	return out
}
