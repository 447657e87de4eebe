package erase

import "unicode/utf8"

// trail holds the characters before a position, the last one first.
type trail [32]rune

func (t *trail) push(c rune) {
	copy(t[1:], t[:])
	t[0] = c
}

// inWord reports whether an address that begins here with a character would be the
// end of a longer one.
func (t *trail) inWord(first rune) bool {
	c, n := t.last(0)
	if c != '.' && c != '_' && c != '-' {
		return joins(c, first)
	}
	c, _ = t.last(n)
	return joins(c, first) && !t.isNumber(n)
}

// isNumber reports whether a number ends at an index of the trail, which is no
// part of a longer word.
func (t *trail) isNumber(at int) bool {
	for i := at; i < len(t); {
		c, n := t.last(i)
		if c < '0' || c > '9' {
			return i > at && !joins(c, '0')
		}
		i += n
	}
	return true
}

// last returns the decoded character that ends at an index of the trail, and how
// many characters its encoding has.
func (t *trail) last(at int) (rune, int) {
	if c, n := t.lastBytes(at); n > 0 {
		return c, n
	}
	const most = 6 // \u0040
	if at+most > len(t) {
		return t[at], 1
	}
	end := t[at : at+most]
	if c, ok := parseHex(end[3], end[2], end[1], end[0]); ok && end[4] == 'u' && end[5] == '\\' {
		return c, most
	}
	if end[1] == '\\' {
		return unescape(end[0]), 2
	}
	return end[0], 1
}

// lastBytes decodes a character whose bytes are encoded as in %41 or =C3=A9. It
// returns 0 for how many characters the encoding has if there is none.
func (t *trail) lastBytes(at int) (rune, int) {
	const width = 3 // %41
	var b [utf8.UTFMax]byte
	for k := range b {
		c, sign := t.lastByte(at + k*width)
		if sign == 0 {
			break
		}
		first := len(b) - 1 - k
		b[first] = byte(c)
		if r, size := utf8.DecodeRune(b[first:]); r != utf8.RuneError && size == k+1 {
			return r, size * width
		}
	}
	if c, sign := t.lastByte(at); sign == '%' {
		return c, width // Latin-1
	}
	return 0, 0
}

// lastByte returns a byte that is encoded as %41 or =41, and its sign, 0 if there
// is none.
func (t *trail) lastByte(at int) (c, sign rune) {
	if at+2 >= len(t) {
		return 0, 0
	}
	c, ok := parseHex(t[at+1], t[at])
	switch sign = t[at+2]; {
	case !ok:
		return 0, 0
	case sign == '%', sign == '=' && isUpperHex(t[at+1], t[at]):
		return c, sign
	}
	return 0, 0
}

// isUpperHex reports whether two digits after an equals sign are a byte of
// quoted-printable, where they are upper case. In a form the value after the sign
// may be a name such as "Deann".
func isUpperHex(first, second rune) bool { return first < 'a' && second < 'a' }
