package redact

import "unicode/utf8"

// Stream redacts texts that come in parts: what it emits is what Redactor.Text makes of
// the whole text. It holds back what may be the beginning of a secret.
type Stream struct {
	finder *finder
	held   []byte
}

// Stream returns a stream.
func (r *Redactor) Stream() *Stream { return &Stream{finder: &r.finder} }

// Longest returns the length in bytes of the longest text that is redacted. A stream holds
// back less than that.
func (r *Redactor) Longest() int { return r.finder.longest }

// Part takes the next part of a text, and emits what is decided, in pieces of whole
// characters as far as the text has them. With last the text ends and the next one
// begins. emit must not retain a piece.
func (s *Stream) Part(part []byte, last bool, emit func([]byte)) {
	if len(s.held) > 0 {
		s.held = append(s.held, part...)
		part = s.held
	}
	decided := len(part)
	if !last {
		decided = max(decided-max(s.finder.longest-1, 0), 0)
	}
	from := 0
	for from < decided {
		begin, end, found := find(s.finder, part, from)
		if !found || begin >= decided {
			break
		}
		if begin > from {
			emit(part[from:begin])
		}
		emit([]byte(Placeholder))
		from = end
	}
	if !last {
		decided = wholeRunes(part, decided)
	}
	if from < decided {
		emit(part[from:decided])
		from = decided
	}
	s.held = s.held[:0]
	if !last {
		s.held = append(s.held, part[from:]...) // which may move the bytes in place
	}
}

// Reset forgets a text that did not end. What was held back of it is never emitted.
func (s *Stream) Reset() { s.held = s.held[:0] }

// wholeRunes returns the greatest place up to a given one at which no character is cut.
func wholeRunes(text []byte, at int) int {
	for back := 0; back < utf8.UTFMax && at-back > 0; back++ {
		if r := text[at-back-1:]; utf8.RuneStart(r[0]) {
			if back+1 < utf8.UTFMax && !utf8.FullRune(r[:back+1]) {
				return at - back - 1
			}
			return at
		}
	}
	return at
}
