package value

import (
	"bytes"
	"hash/maphash"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// TextFilter makes another text of a text that comes in parts. It emits pieces of it,
// and does not retain a part. Nor does emit retain a piece.
type TextFilter interface {
	Part(part []byte, last bool, emit func(piece []byte))
}

// TextRewriter writes a JSON text without white space in which each string, also the
// name of a member, is what Filter makes of it. The rest stays, in its order. It needs
// little memory, however large the text is.
type TextRewriter struct {
	Limits Limits
	Filter TextFilter
	// Beginning says that the text is the beginning of one. The rewriter then writes
	// what it knows: no number that may go on, and no string but what Filter emits
	// without its last part.
	Beginning bool
}

// Rewrite writes a JSON text to w. It reports false for a text that [Decode] refuses, and
// then has written a part of it. The only errors are those of w. Names that become equal
// by the filter are all written.
func (r TextRewriter) Rewrite(w io.Writer, data []byte) (bool, error) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if r.Beginning {
		data = dropPartialRune(data)
	}
	f := fastReaders.Get().(*fastReader)
	defer fastReaders.Put(f)
	defer f.release()
	if !f.start(data, r.Limits.EffectiveDepth()) {
		return false, nil
	}
	t := rewriting{fastReader: f, to: w, filter: r.Filter, beginning: r.Beginning, seed: maphash.MakeSeed()}
	t.emit = t.writePiece
	ok := t.writeValue() && !f.skipSpace()
	t.flush()
	return ok || t.ended, t.err
}

// dropPartialRune removes a character at the end of which bytes are missing.
func dropPartialRune(data []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		if last := data[len(data)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return data[:len(data)-n]
			}
			break
		}
	}
	return data
}

// maxRewritten is how many bytes a rewriter collects before it writes them.
const maxRewritten = 32 << 10

// rewriting writes the text that a fastReader reads.
type rewriting struct {
	*fastReader
	to        io.Writer
	err       error // of to
	out       []byte
	filter    TextFilter
	emit      func([]byte)
	beginning bool
	ended     bool // the text ended within a value, which is only the beginning of one

	seed  maphash.Seed
	names []uint64 // hashes of those of the objects that are being read
}

// more reports whether the text goes on. If it is a beginning, it may end anywhere.
func (t *rewriting) more() bool {
	if t.pos < len(t.data) {
		return true
	}
	t.ended = t.beginning
	return false
}

func (t *rewriting) writeValue() bool {
	t.skipSpace()
	if !t.more() {
		return false
	}
	switch t.data[t.pos] {
	case '{':
		return t.writeMembers()
	case '[':
		return t.writeElements()
	case '"':
		return t.writeString(nil)
	}
	start := t.pos
	ok := t.skipValue()
	if t.beginning && t.isOpen(start) {
		t.ended = true
		return false
	}
	t.write(t.data[start:t.pos]...)
	return ok
}

// isOpen reports whether the word or number at a place may go on after the text.
func (t *rewriting) isOpen(start int) bool {
	for _, c := range t.data[start:] {
		if c == ',' || c == ']' || c == '}' || c <= ' ' {
			return false
		}
	}
	return true
}

// nextPart is next for a text that may be a beginning.
func (t *rewriting) nextPart(closing byte, first bool) (more, ok bool) {
	more, ok = t.next(closing, first)
	if !ok {
		t.skipSpace()
		t.more()
	}
	return more, ok
}

func (t *rewriting) writeMembers() bool {
	if !t.open() {
		return false
	}
	first := len(t.names)
	t.write('{')
	for {
		more, ok := t.nextPart('}', len(t.names) == first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if len(t.names) > first {
			t.write(',')
		}
		if !t.writeName() || !t.writeValue() {
			return false
		}
	}
	t.write('}')
	names := t.names[first:]
	slices.Sort(names)
	ok := len(slices.Compact(names)) == len(names)
	t.names = t.names[:first]
	return ok
}

// writeName writes the name of a member and its colon.
func (t *rewriting) writeName() bool {
	if t.data[t.pos] != '"' {
		return false
	}
	var h maphash.Hash
	h.SetSeed(t.seed)
	if !t.writeString(&h) {
		return false
	}
	t.names = append(t.names, h.Sum64())
	if t.skipSpace(); !t.more() || t.data[t.pos] != ':' {
		return false
	}
	t.pos++
	t.write(':')
	return true
}

func (t *rewriting) writeElements() bool {
	if !t.open() {
		return false
	}
	t.write('[')
	for first := true; ; first = false {
		more, ok := t.nextPart(']', first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if !first {
			t.write(',')
		}
		if !t.writeValue() {
			return false
		}
	}
	t.write(']')
	return true
}

// writeString writes the next string, and adds it to a hash unless that is nil.
func (t *rewriting) writeString(h *maphash.Hash) bool {
	t.write('"')
	t.pos++
	t.scratch = t.scratch[:0]
	for t.more() {
		start := t.pos
		for t.pos < len(t.data) && t.data[t.pos] >= ' ' && t.data[t.pos] != '"' && t.data[t.pos] != '\\' {
			t.pos++
		}
		plain := t.data[start:t.pos]
		switch {
		case t.pos == len(t.data):
			t.filterPart(h, plain, false)
		case t.data[t.pos] == '"':
			t.pos++
			t.filterPart(h, plain, true)
			t.write('"')
			return true
		case t.data[t.pos] < ' ':
			return false
		default:
			t.filterPart(h, plain, false)
			if !t.unescape() {
				return false
			}
		}
	}
	t.filterPart(h, nil, false)
	return false
}

// filterPart passes a part of a string on, behind what is in the scratch space. It
// collects short parts there, and splits long ones.
func (t *rewriting) filterPart(h *maphash.Hash, part []byte, last bool) {
	if !last && len(part) <= maxRewritten {
		t.scratch, part = append(t.scratch, part...), nil
		if len(t.scratch) <= maxRewritten && t.pos < len(t.data) {
			return
		}
	}
	if len(t.scratch) > 0 {
		t.pass(h, t.scratch, false)
		t.scratch = t.scratch[:0]
	}
	for len(part) > maxRewritten {
		t.pass(h, part[:maxRewritten], false)
		part = part[maxRewritten:]
	}
	t.pass(h, part, last)
}

func (t *rewriting) pass(h *maphash.Hash, part []byte, last bool) {
	if h != nil {
		_, _ = h.Write(part)
	}
	t.filter.Part(part, last, t.emit)
}

// unescape reads an escape, and adds what it means to the scratch space.
func (t *rewriting) unescape() bool {
	rest := t.data[t.pos:]
	r, size, ok := unescape(rest)
	isOpen := len(rest) < size || utf16.IsSurrogate(r) && len(rest) < 2*size
	if t.beginning && isOpen {
		t.pos = len(t.data)
		return true
	}
	t.pos += size
	if utf16.IsSurrogate(r) { // half a pair without the other one is U+FFFD
		low, _, _ := unescape(rest[size:])
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			t.pos += size
		}
	}
	t.scratch = utf8.AppendRune(t.scratch, r)
	return ok
}

// unescape returns the character or the half of one that an escape means, and how many
// bytes the escape has.
func unescape(text []byte) (r rune, size int, ok bool) {
	if len(text) < 2 || text[0] != '\\' {
		return 0, 2, false
	}
	if i := strings.IndexByte(`"\/bfnrt`, text[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2, true
	}
	const long = len(`\u0000`)
	if text[1] != 'u' {
		return 0, 2, false
	}
	if len(text) < long {
		return 0, long, false
	}
	code, err := strconv.ParseUint(string(text[2:long]), 16, 16)
	return rune(code), long, err == nil
}

// writePiece writes a piece of a string.
func (t *rewriting) writePiece(piece []byte) {
	for len(piece) > 0 {
		part := piece
		if len(part) > maxRewritten {
			part = dropPartialRune(part[:maxRewritten])
		}
		piece = piece[len(part):]
		// AppendQuote writes a quote before and after the text. The first one takes the
		// place of the last byte so far, which comes back.
		end := len(t.out) - 1
		last := t.out[end]
		// The error reports bytes that are not UTF-8, which become U+FFFD.
		t.out, _ = jsontext.AppendQuote(t.out[:end], part)
		t.out[end] = last
		t.out = t.out[:len(t.out)-1]
		t.flushIfFull()
	}
}

func (t *rewriting) write(text ...byte) {
	t.out = append(t.out, text...)
	t.flushIfFull()
}

// flushIfFull writes what is collected but for the last byte, which writePiece needs.
func (t *rewriting) flushIfFull() {
	if n := len(t.out) - 1; n >= maxRewritten {
		last := t.out[n]
		t.out = t.out[:n]
		t.flush()
		t.out = append(t.out, last)
	}
}

func (t *rewriting) flush() {
	if t.err == nil {
		_, t.err = t.to.Write(t.out)
	}
	t.out = t.out[:0]
}
