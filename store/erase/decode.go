package erase

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// noRune follows the end of a text.
const noRune = -1

// next returns the character at an index and how many bytes it takes. A byte that
// is not UTF-8 is a character of Latin-1.
func (m *matcher) next(i int) (rune, int) {
	c, n := m.nextUnit(i)
	return joinSurrogates(c, n, i, m.nextUnit)
}

// nextUnit is next, but an escape of JSON may be half of a surrogate pair.
func (m *matcher) nextUnit(i int) (rune, int) {
	if i >= len(m.text) {
		return noRune, 0
	}
	c := m.text[i]
	switch {
	case c >= utf8.RuneSelf:
		if r, n := utf8.DecodeRune(m.text[i:]); r != utf8.RuneError {
			return r, n
		}
		return rune(c), 1
	case c != '\\' || !m.escapes || i+1 == len(m.text):
		return rune(c), 1
	}
	if m.text[i+1] == 'u' && i+6 <= len(m.text) {
		var digits [4]rune
		for k, d := range m.text[i+2 : i+6] {
			digits[k] = rune(d)
		}
		if c, ok := parseHex(digits[:]...); ok {
			return c, 6
		}
	}
	return unescape(rune(m.text[i+1])), 2
}

// joinSurrogates returns the character of a surrogate pair whose first half was
// decoded at i. Other characters stay.
func joinSurrogates(c rune, n, i int, decode func(int) (rune, int)) (rune, int) {
	if !utf16.IsSurrogate(c) {
		return c, n
	}
	low, more := decode(i + n)
	if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
		return pair, n + more
	}
	return c, n
}

// unescape returns the character that a backslash and a letter stand for.
func unescape(c rune) rune {
	if at := strings.IndexRune(controlLetters, c); at >= 0 {
		return rune(controlCharacters[at])
	}
	return c
}

// The letters that JSON uses after a backslash for control characters, and these
// characters in the same order.
const (
	controlLetters    = "bfnrt"
	controlCharacters = "\b\f\n\r\t"
)

// decodeSpecial decodes a character in one of the special encodings, and returns
// how many bytes the encoding takes, or 0.
func (m *matcher) decodeSpecial(i int) (rune, int) {
	switch c, n := m.next(i); c {
	case '%', '=':
		return m.decodeBytes(i)
	case '\\':
		c, n := m.decodeEscape(i)
		return joinSurrogates(c, n, i, m.decodeEscape)
	case '&':
		return m.decodeEntity(i, i+n)
	}
	return 0, 0
}

// decodeBytes decodes a character whose bytes in UTF-8 are encoded one by one:
// %C3%BC or =C3=BC. Bytes that are not UTF-8 are characters of Latin-1.
func (m *matcher) decodeBytes(i int) (rune, int) {
	var b [utf8.UTFMax]byte
	first, single := m.decodeByte(i)
	if single == 0 || first < utf8.RuneSelf {
		return first, single
	}
	at := i + single
	b[0] = byte(first)
	for k := 1; k < len(b); k++ {
		at = m.skipSoftBreak(at)
		c, n := m.decodeByte(at)
		if n == 0 {
			break
		}
		b[k], at = byte(c), at+n
		if r, _ := utf8.DecodeRune(b[:k+1]); r != utf8.RuneError {
			return r, at - i
		}
	}
	return first, single
}

// decodeByte decodes a byte.
func (m *matcher) decodeByte(i int) (rune, int) {
	switch c, n := m.next(i); c {
	case '%':
		return m.decodePercent(i, i+n)
	case '=':
		return m.decodeHex(i, i+n, 2)
	}
	return 0, 0
}

// decodeHex decodes the digits at an index, of a character that began at from.
func (m *matcher) decodeHex(from, at, digits int) (rune, int) {
	var all [4]rune
	for k := range digits {
		c, n := m.next(at)
		all[k], at = c, at+n
	}
	c, ok := parseHex(all[:digits]...)
	if !ok {
		return 0, 0
	}
	return c, at - from
}

// decodePercent also decodes a byte that was encoded twice: %2540.
func (m *matcher) decodePercent(from, at int) (rune, int) {
	c, n := m.decodeHex(from, at, 2)
	for n > 0 && c == '%' {
		again, more := m.decodeHex(from, from+n, 2)
		if more == 0 {
			break
		}
		c, n = again, more
	}
	return c, n
}

// decodeEscape decodes an escape of JSON inside strings of JSON, at any depth. It
// may be half of a surrogate pair.
func (m *matcher) decodeEscape(from int) (rune, int) {
	c, n := m.next(from)
	if c != '\\' {
		return 0, 0
	}
	at := from
	for c == '\\' {
		at += n
		c, n = m.next(at)
	}
	if c == 'u' {
		return m.decodeHex(from, at+n, 4)
	}
	if c == noRune || isAlphanumeric(c) {
		return 0, 0
	}
	return c, at + n - from
}

// decodeEntity decodes a character reference of HTML and XML.
func (m *matcher) decodeEntity(from, at int) (rune, int) {
	const longest = len("#x000040")
	var name []rune
	for len(name) <= longest {
		c, n := m.next(at)
		at += n
		if c == ';' {
			decoded := []rune(html.UnescapeString("&" + string(name) + ";"))
			if len(decoded) != 1 {
				return 0, 0
			}
			return decoded[0], at - from
		}
		if c != '#' && !isAlphanumeric(c) {
			return 0, 0
		}
		name = append(name, c)
	}
	return 0, 0
}

// isCutEncoding reports whether the rest of a text is a character that was cut in
// the middle.
func isCutEncoding(rest []byte) bool {
	const longest = len(`\ud83d\ude0`)
	if len(rest) > longest {
		return false
	}
	if !utf8.FullRune(rest) {
		return true
	}
	return bytes.IndexByte([]byte(`\%=`), rest[0]) >= 0 && len(bytes.Trim(rest, `\%=u0123456789abcdefABCDEF`)) == 0
}

func parseHex(digits ...rune) (rune, bool) {
	var out rune
	for _, c := range digits {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		out = out*16 + d
	}
	return out, true
}

func hexDigit(c rune) (rune, bool) {
	switch c = lowerASCII(c); {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
