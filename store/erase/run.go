package erase

import (
	"bytes"
	"strconv"

	"github.com/webhook-gateway/gateway/store"
)

// Run holds the parts of a run that may contain an address.
type Run struct {
	Cause store.Cause
	Cut   bool // Body holds only the beginning
	store.Payload
	Steps []store.Step
}

// Size returns how many bytes the payload and the steps have.
func (r *Run) Size() int {
	n := r.TotalSize()
	for i := range r.Steps {
		n += len(r.Steps[i].Input) + len(r.Steps[i].Output)
	}
	return n
}

// Changes are the parts of a run that Erase changed.
type Changes struct {
	Run        bool // Cause
	Payload    bool
	Steps      []ChangedStep
	Unreadable bool // the eraser could not read some part, which stays as it is
}

// ChangedStep is a step that changed.
type ChangedStep struct {
	store.Step
	OldPath string
}

// Any reports whether anything changed.
func (c *Changes) Any() bool { return c.Run || c.Payload || len(c.Steps) > 0 }

// Erase erases an address from the run.
func (r *Run) Erase(e store.Eraser) *Changes {
	c := &changer{eraser: e}
	c.Run = c.eraseCause(&r.Cause)
	for _, p := range []struct {
		bytes *[]byte
		kind  store.PieceKind
		cut   bool
	}{
		{&r.Event, store.TextPiece, false},
		{&r.Body, store.TextPiece, r.Cut},
		{&r.Variables, store.TextPiece, false},
		{&r.Response, store.ResponsePiece, false},
		{&r.Output, store.TextPiece, false},
		{&r.Trace, store.TextPiece, false}, // a sender chooses the tracestate
	} {
		c.Payload = c.eraseBytes(p.bytes, p.kind, p.cut) || c.Payload
	}
	paths := map[string]bool{}
	for i := range r.Steps {
		paths[r.Steps[i].Path] = true
	}
	for i := range r.Steps {
		c.eraseStep(&r.Steps[i], paths)
	}
	return &c.Changes
}

// changer collects the changes of a run.
type changer struct {
	Changes
	eraser store.Eraser
}

// eraseBytes reports whether the bytes changed.
func (c *changer) eraseBytes(b *[]byte, kind store.PieceKind, cut bool) bool {
	if len(*b) == 0 {
		return false
	}
	clean, err := c.eraser.Erase(store.Piece{Kind: kind, Bytes: *b, Cut: cut})
	if err != nil {
		c.Unreadable = true
		return false
	}
	if bytes.Equal(clean, *b) {
		return false
	}
	*b = clean
	return true
}

func (c *changer) eraseText(s *string) bool {
	b := []byte(*s)
	if !c.eraseBytes(&b, store.TextPiece, false) {
		return false
	}
	*s = string(b)
	return true
}

func (c *changer) eraseCause(cause *store.Cause) bool {
	changed := c.eraseText(&cause.Reason)
	changed = c.eraseText(&cause.Detail) || changed
	return c.eraseText(&cause.Message) || changed
}

// eraseStep erases the address from a step, whose path stays unique among the
// paths.
func (c *changer) eraseStep(s *store.Step, paths map[string]bool) {
	old := s.Path
	changed := c.eraseText(&s.Path)
	if changed {
		s.Path = uniquePath(s.Path, paths)
	}
	changed = c.eraseBytes(&s.Input, store.TextPiece, s.CutFrom > 0) || changed
	changed = c.eraseBytes(&s.Output, store.OutputPiece, s.CutFrom > 0) || changed
	if c.eraseCause(&s.Cause) || changed {
		c.Steps = append(c.Steps, ChangedStep{*s, old})
	}
}

func uniquePath(path string, paths map[string]bool) string {
	unique := path
	for n := 2; paths[unique]; n++ {
		unique = path + "~" + strconv.Itoa(n)
	}
	paths[unique] = true
	return unique
}
