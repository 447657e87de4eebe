package erase

import (
	"slices"
	"strings"
)

// noRune follows the end of a text.
const noRune = -1

// next returns the character at an index and how many bytes it takes. Each byte
// that is not ASCII counts as a character, because no address contains one.
func (m *matcher) next(i int) (rune, int) {
	if i >= len(m.text) {
		return noRune, 0
	}
	c := m.text[i]
	if c != '\\' || !m.escapes || i+1 == len(m.text) {
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
	c, n := m.next(i)
	switch c {
	case '%':
		return m.decodePercent(i, i+n)
	case '=':
		return m.decodeHex(i, i+n, 2)
	case '\\':
		return m.decodeEscape(i, i+n)
	case '&':
		return m.decodeEntity(i, i+n)
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

// decodePercent also decodes a character that was encoded twice: %2540.
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

// decodeEscape decodes an escape of JSON inside strings of JSON, at any depth.
func (m *matcher) decodeEscape(from, at int) (rune, int) {
	c, n := m.next(at)
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
			c, ok := entityRune(string(name))
			if !ok {
				return 0, 0
			}
			return c, at - from
		}
		if c != '#' && !isAlphanumeric(c) {
			return 0, 0
		}
		name = append(name, c)
	}
	return 0, 0
}

func entityRune(name string) (rune, bool) {
	number, ok := strings.CutPrefix(name, "#")
	if !ok {
		at := slices.Index([]string{"amp", "apos", "quot", "commat", "period", "lowbar", "plus"}, name)
		if at < 0 {
			return 0, false
		}
		return rune("&'\"@._+"[at]), true
	}
	base := rune(10)
	if digits, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
		number, base = digits, 16
	}
	var out rune
	for _, c := range number {
		d, ok := hexDigit(c)
		if !ok || d >= base {
			return 0, false
		}
		out = out*base + d
	}
	return out, number != ""
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
