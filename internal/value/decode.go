package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

const (
	// Up to this size the strings and numbers of a decoded value share one copy
	// of the text, which saves most allocations. Above it each has its own, so
	// that one kept member cannot hold a large body in memory.
	maxSharedText = 16 << 10
	// A reader that grew its scratch space beyond this does not go back.
	maxScratch = 64 << 10
)

// Decode reads one JSON value from data. It takes what RFC 8259 describes and
// nothing else, and resolves every choice that the RFC leaves open by refusing:
//
//   - Nothing but white space may follow the value.
//   - The names in an object must differ, compared after escapes are resolved.
//   - Text must be valid UTF-8, and an escaped surrogate must have its other
//     half: "\ud83d\ude00" is read, "\ud83d" is not.
//   - Arrays and objects nest at most [Limits] deep. What is deeper is refused
//     at the bracket that goes too far, without looking at the rest.
//   - A number's text keeps to [MaxNumberLength] and [MaxExponent]. Within them
//     it stays exactly as it came, as a json.Number.
//
// The one liberty it takes is the RFC's own: a byte order mark before the value
// is skipped.
//
// Data is not kept. Every error is a [*SyntaxError].
func Decode(data []byte, lim Limits) (any, error) {
	r := readers.Get().(*reader)
	v, err := r.read(data, lim.Effective())
	r.release()
	return v, err
}

// readers are idle readers. It is a cache of scratch space: which reader one
// gets never shows in what is read.
var readers = sync.Pool{New: func() any {
	return &reader{dec: jsontext.NewDecoder(new(bytes.Buffer))}
}}

// decoderOptions leave duplicate names to the reader, whose maps find them for
// free.
var decoderOptions = jsontext.AllowDuplicateNames(true)

// reader builds values from the tokens of a jsontext.Decoder.
type reader struct {
	dec     *jsontext.Decoder
	input   bytes.Buffer // what dec reads: it parses the bytes of a bytes.Buffer in place
	data    []byte
	base    int64  // offset in data at which input begins
	text    string // the input, if strings share it
	depth   int
	tokenAt int64 // offset in input of the last string
	scratch []byte
}

// release gives the reader back without anything of the caller's in it.
func (r *reader) release() {
	r.data, r.text = nil, ""
	r.input = bytes.Buffer{}
	r.dec.Reset(&r.input)
	if cap(r.scratch) <= maxScratch {
		readers.Put(r)
	}
}

func (r *reader) read(data []byte, depth int) (any, error) {
	body := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r.data, r.base, r.depth = data, int64(len(data)-len(body)), depth
	if len(body) <= maxSharedText {
		r.text = string(body)
	}
	r.input = *bytes.NewBuffer(body)
	r.dec.Reset(&r.input, decoderOptions)
	v, err := r.value()
	if err != nil {
		return nil, r.fault(err)
	}
	end := r.dec.InputOffset()
	if rest := bytes.TrimLeft(body[end:], " \t\r\n"); len(rest) > 0 {
		return nil, r.faultAt(int64(len(body)-len(rest)), "", "more text after the end of the JSON value")
	}
	return v, nil
}

func (r *reader) value() (any, error) {
	switch r.dec.PeekKind() {
	case '{':
		return r.object()
	case '[':
		return r.array()
	case '"':
		return r.string()
	case '0':
		return r.number()
	}
	// A literal, or what is wrong here.
	token, err := r.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	if token.Kind() == 'n' {
		return nil, nil
	}
	return token.Bool(), nil
}

func (r *reader) object() (any, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	members := map[string]any{}
	for r.dec.PeekKind() != '}' {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		at := r.tokenAt
		member, err := r.value()
		if err != nil {
			return nil, err
		}
		before := len(members)
		if members[name] = member; len(members) == before {
			return nil, r.faultAt(at, string(r.dec.StackPointer()),
				fmt.Sprintf("a second member with the name %s", Quote(name)))
		}
	}
	_, err := r.dec.ReadToken()
	return members, err
}

func (r *reader) array() (any, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	items := []any{}
	for r.dec.PeekKind() != ']' {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			items = make([]any, 0, 4)
		}
		items = append(items, item)
	}
	_, err := r.dec.ReadToken()
	return items, err
}

// open reads the bracket of an array or object and holds it to the depth.
func (r *reader) open() error {
	_, err := r.dec.ReadToken()
	if err == nil && r.dec.StackDepth() <= r.depth {
		return nil
	}
	offset, pointer := r.dec.InputOffset()-1, r.dec.StackPointer()
	// A bracket that was peeked at is refused by the decoder only for a limit of
	// its own, which is that of MaxDepth.
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, pointer = syntax.ByteOffset, syntax.JSONPointer
	}
	return r.faultAt(offset, string(pointer),
		fmt.Sprintf("nested too deeply; at most %d levels of arrays and objects are accepted", r.depth))
}

// name reads the name of a member.
func (r *reader) name() (string, error) {
	if r.dec.PeekKind() != '"' {
		// ReadToken refuses this at its first byte; ReadValue would read on to
		// the end of an array or object first.
		if _, err := r.dec.ReadToken(); err != nil {
			return "", err
		}
	}
	return r.string()
}

func (r *reader) string() (string, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	r.tokenAt = r.dec.InputOffset() - int64(len(raw))
	if bytes.IndexByte(raw, '\\') < 0 {
		return r.slice(raw[1:len(raw)-1], 1), nil
	}
	r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw)
	return string(r.scratch), err
}

func (r *reader) number() (any, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if reason := numberFault(raw); reason != "" {
		return nil, r.faultAt(r.dec.InputOffset()-int64(len(raw)), string(r.dec.StackPointer()), reason)
	}
	return json.Number(r.slice(raw, 0)), nil
}

// slice returns as a string the bytes that were just read, but for the last
// after bytes of the token.
func (r *reader) slice(raw []byte, after int) string {
	if r.text == "" {
		return string(raw)
	}
	end := int(r.dec.InputOffset()) - after
	return r.text[end-len(raw) : end]
}

// fault turns an error of the decoder into one of this package.
func (r *reader) fault(err error) error {
	if errors.Is(err, io.EOF) {
		return r.faultAt(int64(len(r.data)), "", "no JSON value, the text is empty")
	}
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return err
	}
	reason := termtext.Line(syntax.Err.Error(), maxReason)
	switch {
	case errors.Is(syntax.Err, io.ErrUnexpectedEOF):
		reason = "the JSON text ends before the value is complete"
	case reason == "invalid character ',' at start of value":
		reason = "a comma that does not stand between two values"
	}
	return r.faultAt(syntax.ByteOffset, string(syntax.JSONPointer), reason)
}

func (r *reader) faultAt(offset int64, pointer, reason string) *SyntaxError {
	return NewSyntaxError(r.data, r.base+offset, pointer, reason)
}
