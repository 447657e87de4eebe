package erase

import (
	"slices"
	"strings"
)

// noRune is what stands behind the end of a text.
const noRune = -1

// next returns the character at a place and how many bytes it takes. Bytes that
// are not ASCII are characters of their own: no address has any.
func (s *erasure) next(i int) (rune, int) {
	if i >= len(s.text) {
		return noRune, 0
	}
	c := s.text[i]
	if c != '\\' || !s.escapes || i+1 == len(s.text) {
		return rune(c), 1
	}
	if s.text[i+1] == 'u' && i+6 <= len(s.text) {
		var digits [4]rune
		for k, d := range s.text[i+2 : i+6] {
			digits[k] = rune(d)
		}
		if c, ok := fromHex(digits[:]...); ok {
			return c, 6
		}
	}
	return unescaped(rune(s.text[i+1])), 2
}

// unescaped is what a letter stands for behind a backslash.
func unescaped(c rune) rune {
	if at := strings.IndexRune(controlLetters, c); at >= 0 {
		return rune(controlCharacters[at])
	}
	return c
}

// Letters that stand for control characters behind a backslash in JSON, and
// these characters.
const (
	controlLetters    = "bfnrt"
	controlCharacters = "\b\f\n\r\t"
)

// encoded reads a character that is written in a special way, and returns how
// many bytes that takes; 0 where none is.
func (s *erasure) encoded(i int) (rune, int) {
	c, n := s.next(i)
	switch c {
	case '%':
		return s.percent(i, i+n)
	case '=':
		return s.hex(i, i+n, 2)
	case '\\':
		return s.escaped(i, i+n)
	case '&':
		return s.entity(i, i+n)
	}
	return 0, 0
}

// hex reads digits at a place, of a character that began at from.
func (s *erasure) hex(from, at, digits int) (rune, int) {
	var all [4]rune
	for k := range digits {
		c, n := s.next(at)
		all[k], at = c, at+n
	}
	c, ok := fromHex(all[:digits]...)
	if !ok {
		return 0, 0
	}
	return c, at - from
}

// percent also reads what was encoded twice: %2540.
func (s *erasure) percent(from, at int) (rune, int) {
	c, n := s.hex(from, at, 2)
	for n > 0 && c == '%' {
		again, more := s.hex(from, from+n, 2)
		if more == 0 {
			break
		}
		c, n = again, more
	}
	return c, n
}

// escaped reads an escape of JSON that lies in a text of JSON, however deep.
func (s *erasure) escaped(from, at int) (rune, int) {
	c, n := s.next(at)
	for c == '\\' {
		at += n
		c, n = s.next(at)
	}
	if c == 'u' {
		return s.hex(from, at+n, 4)
	}
	if c == noRune || isWord(c) {
		return 0, 0
	}
	return c, at + n - from
}

// entity reads a character reference of HTML and XML.
func (s *erasure) entity(from, at int) (rune, int) {
	const longest = len("#x000040")
	var name []rune
	for len(name) <= longest {
		c, n := s.next(at)
		at += n
		if c == ';' {
			c, ok := entityOf(string(name))
			if !ok {
				return 0, 0
			}
			return c, at - from
		}
		if c != '#' && !isWord(c) {
			return 0, 0
		}
		name = append(name, c)
	}
	return 0, 0
}

func entityOf(name string) (rune, bool) {
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
		d, ok := digit(c)
		if !ok || d >= base {
			return 0, false
		}
		out = out*base + d
	}
	return out, number != ""
}

func fromHex(digits ...rune) (rune, bool) {
	var out rune
	for _, c := range digits {
		d, ok := digit(c)
		if !ok {
			return 0, false
		}
		out = out*16 + d
	}
	return out, true
}

func digit(c rune) (rune, bool) {
	switch c = lower(c); {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
