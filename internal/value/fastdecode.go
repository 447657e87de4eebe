package value

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// fastReader builds the value of a JSON text in one pass. It knows no errors: a text
// that it does not read to the end is read again by a reader, which says what is
// wrong with it. Whatever the fastReader accepts, a reader reads as the same value.
type fastReader struct {
	data  []byte // valid UTF-8
	text  string // data, if strings share it
	pos   int
	depth int // how many more arrays and objects may nest

	names   []string // of the objects that are being read
	values  []any    // of the objects and arrays that are being read
	scratch []byte   // the last text with an escape
}

// decodeFast decodes a text, and the parts of it that are wanted. It reports false if
// the text is not JSON that Decode accepts, or has something rare.
func (f *fastReader) decodeFast(body []byte, depth int, want *Parts) (any, bool) {
	if !f.start(body, depth) {
		return nil, false
	}
	if len(body) <= maxSharedText {
		f.text = string(body)
	}
	v, ok := f.readValue(want)
	if !ok || f.skipSpace() {
		return nil, false
	}
	return v, true
}

// start begins to read a text. It reports false if the text is not UTF-8.
func (f *fastReader) start(body []byte, depth int) bool {
	f.data, f.pos, f.depth = body, 0, depth
	return utf8.Valid(body)
}

// release drops the text and the values.
func (f *fastReader) release() {
	f.data, f.text = nil, ""
	f.dropNames(0)
	f.dropValues(0)
	if cap(f.names) > maxScratchValues {
		f.names = nil
	}
	if cap(f.values) > maxScratchValues {
		f.values = nil
	}
	if cap(f.scratch) > maxScratch {
		f.scratch = nil
	}
}

// maxScratchValues is up to how many values the scratch space of a fastReader is kept.
const maxScratchValues = 1024

// dropNames drops the names since a place.
func (f *fastReader) dropNames(first int) {
	clear(f.names[first:])
	f.names = f.names[:first]
}

// dropValues drops the values since a place.
func (f *fastReader) dropValues(first int) {
	clear(f.values[first:])
	f.values = f.values[:first]
}

// skipSpace moves to the next byte that is no white space. It reports false at the
// end of the text.
func (f *fastReader) skipSpace() bool {
	for f.pos < len(f.data) {
		switch f.data[f.pos] {
		case ' ', '\t', '\r', '\n':
			f.pos++
		default:
			return true
		}
	}
	return false
}

// readValue reads the next value. want says which parts of it are needed.
func (f *fastReader) readValue(want *Parts) (any, bool) {
	if !f.skipSpace() {
		return nil, false
	}
	switch c := f.data[f.pos]; c {
	case '{':
		return f.readObject(want)
	case '[':
		return f.readArray(want)
	case '"':
		s, ok := f.readString()
		return s, ok
	case 't':
		return true, f.take("true")
	case 'f':
		return false, f.take("false")
	case 'n':
		return nil, f.take("null")
	default:
		start := f.pos
		if !f.skipNumber() {
			return nil, false
		}
		return f.makeNumber(start), true
	}
}

// makeNumber returns the number from a place to the current one. Numbers of one digit
// or two are shared, because a value of an interface takes memory.
func (f *fastReader) makeNumber(start int) any {
	digits := f.data[start:f.pos]
	switch {
	case len(digits) == 1:
		return smallNumbers[digits[0]-'0']
	case len(digits) == 2 && digits[0] != '-':
		return smallNumbers[10*(digits[0]-'0')+digits[1]-'0']
	}
	return json.Number(f.slice(start, f.pos))
}

// smallNumbers are the numbers below 100.
var smallNumbers = makeSmallNumbers()

func makeSmallNumbers() (numbers [100]any) {
	for i := range numbers {
		numbers[i] = json.Number(strconv.Itoa(i))
	}
	return numbers
}

// take moves behind a literal, if it is next.
func (f *fastReader) take(literal string) bool {
	end := f.pos + len(literal)
	if end > len(f.data) || string(f.data[f.pos:end]) != literal {
		return false
	}
	f.pos = end
	return true
}

// open moves behind an opening bracket. It reports false if it nests too deeply.
func (f *fastReader) open() bool {
	f.depth--
	f.pos++
	return f.depth >= 0
}

// next moves to the next member or element: behind a comma, or behind the closing
// bracket, which ends the value.
func (f *fastReader) next(closing byte, first bool) (more, ok bool) {
	if !f.skipSpace() {
		return false, false
	}
	c := f.data[f.pos]
	switch {
	case c == closing:
		f.pos++
		f.depth++
		return false, true
	case first:
		return true, true
	case c != ',':
		return false, false
	}
	f.pos++
	return true, f.skipSpace() && f.data[f.pos] != closing
}

// unwanted is the value of a member that is left out.
type unwanted struct{}

func (f *fastReader) readObject(want *Parts) (any, bool) {
	if !f.open() {
		return nil, false
	}
	first := len(f.names)
	values := len(f.values)
	left := 0 // out
	for {
		more, ok := f.next('}', len(f.names) == first)
		if !ok {
			return nil, false
		}
		if !more {
			break
		}
		if !f.readName() {
			return nil, false
		}
		inner, wanted := want.member(f.names[len(f.names)-1])
		var v any = unwanted{}
		if wanted {
			v, ok = f.readValue(inner)
		} else {
			ok = f.skipValue()
			left++
		}
		if !ok {
			return nil, false
		}
		f.values = append(f.values, v)
	}
	return f.makeObject(first, values, left)
}

// makeObject makes an object of the names and values since two places, and drops
// these. It reports false if a name occurs twice.
func (f *fastReader) makeObject(first, values, left int) (any, bool) {
	names := f.names[first:]
	out := make(map[string]any, len(names)-left)
	for i, name := range names {
		v := f.values[values+i]
		if _, isLeft := v.(unwanted); !isLeft {
			out[name] = v
		}
	}
	ok := len(out) == len(names)-left && (left == 0 || areDistinct(names))
	f.dropNames(first)
	f.dropValues(values)
	return out, ok
}

// fewNames is up to how many names are compared with each other.
const fewNames = 16

// areDistinct reports whether no name occurs twice.
func areDistinct(names []string) bool {
	if len(names) > fewNames {
		seen := make(map[string]struct{}, len(names))
		for _, name := range names {
			seen[name] = struct{}{}
		}
		return len(seen) == len(names)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return false
		}
	}
	return true
}

func (f *fastReader) readArray(want *Parts) (any, bool) {
	if !f.open() {
		return nil, false
	}
	inner := want.elements()
	first := len(f.values)
	for {
		more, ok := f.next(']', len(f.values) == first)
		if !ok {
			return nil, false
		}
		if !more {
			break
		}
		v, ok := f.readValue(inner)
		if !ok {
			return nil, false
		}
		f.values = append(f.values, v)
	}
	out := make([]any, len(f.values)-first)
	copy(out, f.values[first:])
	f.dropValues(first)
	return out, true
}

// readName reads the name of a member with its colon, and puts it behind the others.
func (f *fastReader) readName() bool {
	if f.data[f.pos] != '"' {
		return false
	}
	name, ok := f.readString()
	if !ok || !f.skipSpace() || f.data[f.pos] != ':' {
		return false
	}
	f.pos++
	f.names = append(f.names, name)
	return true
}

// readString reads a text in quotes.
func (f *fastReader) readString() (string, bool) {
	start := f.pos + 1
	for i := start; i < len(f.data); i++ {
		switch c := f.data[i]; {
		case c == '"':
			f.pos = i + 1
			return f.slice(start, i), true
		case c == '\\':
			return f.readEscaped(i)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// readEscaped reads a text in quotes whose first escape is at a place. Half a
// surrogate pair is left to the reader.
func (f *fastReader) readEscaped(at int) (string, bool) {
	for i := at; i < len(f.data); i++ {
		switch f.data[i] {
		case '\\':
			i++
		case '"':
			var err error
			f.scratch, err = jsontext.AppendUnquote(f.scratch[:0], f.data[f.pos:i+1])
			f.pos = i + 1
			return string(f.scratch), err == nil
		}
	}
	return "", false
}

// slice returns a part of the text.
func (f *fastReader) slice(start, end int) string {
	if f.text == "" {
		return string(f.data[start:end])
	}
	return f.text[start:end]
}
