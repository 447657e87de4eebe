package value

import (
	"bytes"
	"encoding/json"
)

// The bytes that a body takes: its text, the decoded text, and the texts that a
// run usually makes of it, such as an answer; and the decoded value, measured for
// each mark of its formats: a list of objects of one member takes 46 times its
// text.
const (
	perByte    = 4
	perItem    = 48  // "," of JSON, "&" of forms
	perObject  = 320 // "{"
	perList    = 96  // "["
	perElement = 192 // "<" of XML
)

// TextSize returns about how many bytes a body takes in a run, with the value that
// it decodes to. It may be called for the parts of a text.
func TextSize(text []byte) int64 {
	n := perByte * len(text)
	for _, m := range []struct {
		mark  string
		bytes int
	}{{",", perItem}, {"&", perItem}, {"{", perObject}, {"[", perList}, {"<", perElement}} {
		n += m.bytes * bytes.Count(text, []byte(m.mark))
	}
	return int64(n)
}

// Sized is an Object that knows about how many bytes it takes.
type Sized interface {
	Object
	Size() int64
}

// The bytes that the parts of a decoded value take besides their texts.
const (
	scalarSize = 16 // an interface
	textSize   = 16 // the header of a string
	listSize   = 24
)

// Size returns about how many bytes a value takes.
func Size(v any) int64 {
	switch v := v.(type) {
	case string:
		return scalarSize + textSize + int64(len(v))
	case json.Number:
		return scalarSize + textSize + int64(len(v))
	case []any:
		n := int64(scalarSize + listSize)
		for _, e := range v {
			n += Size(e)
		}
		return n
	case map[string]any:
		n := scalarSize + int64(ObjectSize(len(v)))
		for name, e := range v {
			n += int64(len(name)) + Size(e) - scalarSize // the object has room for the interface
		}
		return n
	case Sized:
		return v.Size()
	}
	return scalarSize
}

// The bytes of JSON around a value, and the length of a number that is no
// json.Number.
const (
	markSize   = 4
	numberSize = 24
)

// EncodedSize returns about how many bytes [Append] writes for a value. Escaped
// characters count as one byte.
func EncodedSize(v any) int64 {
	n := int64(markSize)
	switch v := v.(type) {
	case nil, bool:
		return n + 2
	case string:
		return n + int64(len(v))
	case json.Number:
		return n + int64(len(v))
	case []any:
		for _, e := range v {
			n += EncodedSize(e)
		}
		return n
	case map[string]any:
		for name, e := range v {
			n += markSize + int64(len(name)) + EncodedSize(e)
		}
		return n
	case Object:
		return EncodedSize(v.Map())
	case *Members:
		return v.encodedSize()
	}
	return n + numberSize
}
