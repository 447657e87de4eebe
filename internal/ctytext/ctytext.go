// Package ctytext carries texts through cty unchanged.
//
// cty normalizes every text to Unicode's NFC form: "A" with a combining ring
// becomes "Å". A signature over such a text then fails, and two members of an
// object become one. A text that normalization would change is therefore held
// in an encoded form that normalization leaves alone. A joiner (U+034F, which
// exists to keep characters apart) stands before each character that could
// combine with the one before it. All other texts are held as they are.
//
// The encoded form has the visible characters of the text, in their order, so
// functions that cut and join texts work on it. Whatever reads the characters
// themselves, and every text that leaves cty, goes through [String].
package ctytext

import (
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"
)

const (
	joiner = '\u034f' // COMBINING GRAPHEME JOINER
	// A character that normalization replaces by another is held as a joiner
	// and a private character. All of these are below U+10000 or in the block
	// from privateAbove on, whose first digit is dropped.
	privateBelow = 0xF0000
	privateAbove = 0x100000
)

// Value returns a text as a cty value.
func Value(text string) cty.Value { return cty.StringVal(Encode(text)) }

// String returns the text of a known string value without marks.
func String(v cty.Value) string { return Decode(v.AsString()) }

// IsEncoded reports whether a text that cty holds is in the encoded form.
func IsEncoded(text string) bool { return strings.ContainsRune(text, joiner) }

// Canonical returns a string value in the form of Value. Texts that were joined or
// cut in their encoded form may have another one, and would not be equal. Other
// values stay as they are.
func Canonical(v cty.Value) cty.Value {
	plain, marks := v.Unmark()
	if plain.Type() != cty.String || !plain.IsKnown() || plain.IsNull() || !IsEncoded(plain.AsString()) {
		return v
	}
	return Value(String(plain)).WithMarks(marks)
}

// Encode returns a form of the text that normalization does not change, alone
// or joined to others.
func Encode(text string) string {
	if isStable(text) {
		return text
	}
	e := encoder{replaced: map[rune]bool{}}
	e.out.Grow(2 * len(text))
	for i, c := range text {
		size := utf8.RuneLen(c)
		if c == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		e.write(text[i:i+size], c)
	}
	return e.out.String()
}

type encoder struct {
	out      strings.Builder
	replaced map[rune]bool // by character: whether normalization replaces it
}

func (e *encoder) write(char string, c rune) {
	b := &e.out
	switch {
	case c < utf8.RuneSelf:
		b.WriteString(char)
	case c == joiner:
		b.WriteRune(joiner)
		b.WriteRune(joiner)
	default:
		properties := norm.NFC.PropertiesString(char)
		if len(properties.Decomposition()) > 0 && e.isReplaced(char, c) {
			b.WriteRune(joiner)
			b.WriteRune(toPrivate(c))
			return
		}
		if !properties.BoundaryBefore() {
			b.WriteRune(joiner)
		}
		b.WriteString(char)
	}
}

// isReplaced remembers its results, because normalization takes memory for each
// character and senders choose how many there are.
func (e *encoder) isReplaced(char string, c rune) bool {
	replaced, known := e.replaced[c]
	if !known {
		replaced = norm.NFC.String(char) != char
		e.replaced[c] = replaced
	}
	return replaced
}

// isStable reports whether a text can be held as it is.
func isStable(text string) bool {
	if isASCII(text) {
		return true
	}
	return !strings.ContainsRune(text, joiner) && norm.NFC.PropertiesString(text).BoundaryBefore() && norm.NFC.String(text) == text
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func toPrivate(c rune) rune {
	if c > 0xFFFF {
		return privateAbove + c&0xFFFF
	}
	return privateBelow + c
}

func fromPrivate(c rune) (rune, bool) {
	switch {
	case c >= privateAbove && c <= utf8.MaxRune:
		low := c - privateAbove
		if low >= 0xF800 { // the ideographs from U+2F800 on
			return 0x20000 + low, true
		}
		return 0x10000 + low, true // musical symbols from U+1D15E on
	case c >= privateBelow && c < privateAbove:
		return c - privateBelow, true
	}
	return c, false
}

// Decode returns the text of an encoded form.
func Decode(encoded string) string {
	if !strings.ContainsRune(encoded, joiner) {
		return encoded
	}
	var b strings.Builder
	b.Grow(len(encoded))
	for rest := encoded; rest != ""; {
		before, after, found := strings.Cut(rest, string(joiner))
		b.WriteString(before)
		if !found {
			break
		}
		c, size := utf8.DecodeRuneInString(after)
		switch original, isPrivate := fromPrivate(c); {
		case c == joiner:
			b.WriteRune(joiner)
		case isPrivate:
			b.WriteRune(original)
		default:
			size = 0
		}
		rest = after[size:]
	}
	return b.String()
}
