package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

const (
	// The strings and numbers of a value share one copy of a text up to this size,
	// which saves most allocations. In a larger text each has its own copy, so that
	// one retained member cannot keep a large body in memory.
	maxSharedText = 16 << 10
	// A reader whose scratch space grew beyond this size is not reused.
	maxScratch = 64 << 10
)

// Decode reads one JSON value from data. It accepts only JSON as RFC 8259
// describes it, and refuses each case that the RFC leaves open:
//
//   - Only white space may follow the value.
//   - The names in an object must differ, compared after escapes are resolved.
//   - Text must be valid UTF-8. An escaped surrogate without its other half
//     becomes U+FFFD: some senders cut text within a character.
//   - Arrays and objects nest at most as deep as the limits allow. A deeper value
//     is refused at its opening bracket, without reading the rest.
//   - The text of a number respects [MaxNumberLength] and [MaxExponent], and
//     becomes a json.Number unchanged.
//
// As the RFC permits, a byte order mark before the value is skipped.
//
// Decode does not retain data. Each error is a [*SyntaxError].
func Decode(data []byte, lim Limits) (any, error) { return DecodeParts(data, lim, nil) }

// DecodeParts is Decode, and makes only the parts of the value that are wanted; nil
// for all. It checks the rest as Decode does, and returns the same errors.
func DecodeParts(data []byte, lim Limits, want *Parts) (any, error) {
	f := fastReaders.Get().(*fastReader)
	v, ok := f.decodeFast(bytes.TrimPrefix(data, byteOrderMark), lim.EffectiveDepth(), want)
	f.release()
	fastReaders.Put(f)
	if ok {
		return v, nil
	}
	return decodeExactly(data, lim)
}

// decodeExactly decodes a text that may be wrong, and says what is wrong.
func decodeExactly(data []byte, lim Limits) (any, error) {
	r := readers.Get().(*reader)
	v, err := r.readAll(data, lim.EffectiveDepth())
	r.release()
	return v, err
}

// fastReaders holds idle readers and their scratch space.
var fastReaders = sync.Pool{New: func() any { return &fastReader{} }}

var byteOrderMark = []byte("\xef\xbb\xbf")

// readers holds idle readers and their scratch space. The decoded value does not
// depend on the reader.
var readers = sync.Pool{New: func() any {
	return &reader{dec: jsontext.NewDecoder(new(bytes.Buffer))}
}}

// decoderOptions leave the check for duplicate names to the reader, whose maps
// find them at no cost.
var decoderOptions = jsontext.AllowDuplicateNames(true)

// reader builds values from the tokens of a jsontext.Decoder.
type reader struct {
	dec     *jsontext.Decoder
	input   bytes.Buffer // source of dec, which parses the bytes of a bytes.Buffer in place
	data    []byte
	base    int64  // offset in data of the start of input
	text    string // the input, if strings share it
	depth   int
	tokenAt int64 // offset in input of the last string
	scratch []byte
}

// release returns the reader to the pool without any data of the caller.
func (r *reader) release() {
	r.data, r.text = nil, ""
	r.input = bytes.Buffer{}
	r.dec.Reset(&r.input)
	if cap(r.scratch) <= maxScratch {
		readers.Put(r)
	}
}

func (r *reader) readAll(data []byte, depth int) (any, error) {
	body := bytes.TrimPrefix(data, byteOrderMark)
	r.data, r.base, r.depth = data, int64(len(data)-len(body)), depth
	if len(body) <= maxSharedText {
		r.text = string(body)
	}
	r.input = *bytes.NewBuffer(body)
	// The option accepts escapes of half a surrogate pair, but also bytes that are
	// not UTF-8, so it is set for valid text alone.
	r.dec.Reset(&r.input, decoderOptions, jsontext.AllowInvalidUTF8(utf8.Valid(body)))
	v, err := r.readValue()
	if err != nil {
		return nil, r.convertError(err)
	}
	end := r.dec.InputOffset()
	if rest := bytes.TrimLeft(body[end:], " \t\r\n"); len(rest) > 0 {
		return nil, r.newErrorAt(int64(len(body)-len(rest)), "", "more text after the end of the JSON value")
	}
	return v, nil
}

func (r *reader) readValue() (any, error) {
	switch r.dec.PeekKind() {
	case '{':
		return r.readObject()
	case '[':
		return r.readArray()
	case '"':
		return r.readString()
	case '0':
		return r.readNumber()
	}
	// A literal or an error.
	token, err := r.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	if token.Kind() == 'n' {
		return nil, nil
	}
	return token.Bool(), nil
}

func (r *reader) readObject() (any, error) {
	if err := r.openContainer(); err != nil {
		return nil, err
	}
	members := map[string]any{}
	for r.dec.PeekKind() != '}' {
		name, err := r.readName()
		if err != nil {
			return nil, err
		}
		at := r.tokenAt
		member, err := r.readValue()
		if err != nil {
			return nil, err
		}
		before := len(members)
		if members[name] = member; len(members) == before {
			return nil, r.newErrorAt(at, string(r.dec.StackPointer()),
				fmt.Sprintf("a second member with the name %s", Quote(name)))
		}
	}
	_, err := r.dec.ReadToken()
	return members, err
}

func (r *reader) readArray() (any, error) {
	if err := r.openContainer(); err != nil {
		return nil, err
	}
	items := []any{}
	for r.dec.PeekKind() != ']' {
		item, err := r.readValue()
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

// openContainer reads the opening bracket of an array or object and checks the
// depth.
func (r *reader) openContainer() error {
	_, err := r.dec.ReadToken()
	if err == nil && r.dec.StackDepth() <= r.depth {
		return nil
	}
	offset, pointer := r.dec.InputOffset()-1, r.dec.StackPointer()
	// The decoder refuses a bracket that was peeked at only for its own depth
	// limit, which equals MaxDepth.
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, pointer = syntax.ByteOffset, syntax.JSONPointer
	}
	return r.newErrorAt(offset, string(pointer),
		fmt.Sprintf("nested too deeply; at most %d levels of arrays and objects are accepted", r.depth))
}

// readName reads the name of a member.
func (r *reader) readName() (string, error) {
	if r.dec.PeekKind() != '"' {
		// ReadToken refuses this at its first byte; ReadValue would read on to
		// the end of an array or object first.
		if _, err := r.dec.ReadToken(); err != nil {
			return "", err
		}
	}
	return r.readString()
}

func (r *reader) readString() (string, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	r.tokenAt = r.dec.InputOffset() - int64(len(raw))
	if bytes.IndexByte(raw, '\\') < 0 {
		return r.sliceText(raw[1:len(raw)-1], 1), nil
	}
	// The token is valid, so an error can only mean half a surrogate pair, for which
	// U+FFFD was appended.
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], raw)
	return string(r.scratch), nil
}

func (r *reader) readNumber() (any, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if reason := checkNumberLimits(raw); reason != "" {
		return nil, r.newErrorAt(r.dec.InputOffset()-int64(len(raw)), string(r.dec.StackPointer()), reason)
	}
	return json.Number(r.sliceText(raw, 0)), nil
}

// sliceText returns the bytes of the last token as a string. after is the number
// of bytes of the token behind them.
func (r *reader) sliceText(raw []byte, after int) string {
	if r.text == "" {
		return string(raw)
	}
	end := int(r.dec.InputOffset()) - after
	return r.text[end-len(raw) : end]
}

// convertError converts an error of the decoder to an error of this package.
func (r *reader) convertError(err error) error {
	if errors.Is(err, io.EOF) {
		return r.newErrorAt(int64(len(r.data)), "", "no JSON value, the text is empty")
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
	return r.newErrorAt(syntax.ByteOffset, string(syntax.JSONPointer), reason)
}

func (r *reader) newErrorAt(offset int64, pointer, reason string) *SyntaxError {
	return NewSyntaxError(r.data, r.base+offset, pointer, reason)
}
