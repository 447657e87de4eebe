package erase

import (
	"bytes"

	"github.com/webhook-gateway/gateway/store"
)

// eraser finds an address in bytes of any kind.
type eraser struct {
	key []byte
	at  int // place of the @ in it
}

// New returns a Cleaner that replaces an address by HiddenText wherever
// it stands as a whole word: as it is, and with any of its characters written
// as JSON (\u0040), URLs and forms (%40), quoted-printable (=40, and soft line
// breaks), HTML and XML (&#64;) write them. Case does not matter. JSON stays
// JSON. It does not look into base64 and compressed data.
//
// An address that is the end or the beginning of a longer one stays, as that is
// another one: jo.ann@example.com is not ann@example.com. Behind "+" it is
// taken out, because that may stand for a space.
func New(email string) store.Eraser {
	key := []byte(store.ContactKey(email))
	return &eraser{key: key, at: bytes.LastIndexByte(key, '@')}
}

// Clean replaces the address.
func (e *eraser) Erase(p store.Piece) ([]byte, error) {
	if len(e.key) == 0 || !mayHoldAddress(p.Bytes) {
		return p.Bytes, nil
	}
	s := &erasure{eraser: e, text: p.Bytes, escapes: looksLikeJSON(p.Bytes), cut: p.Cut}
	return s.run(), nil
}

// mayHoldAddress tells whether an @ can be in a text, in any form.
func mayHoldAddress(b []byte) bool {
	return bytes.IndexByte(b, '@') >= 0 || bytes.Contains(b, []byte("40")) || bytes.Contains(b, []byte("64;")) || bytes.Contains(b, []byte("&commat;"))
}

// looksLikeJSON tells whether backslashes are to be read as JSON has them, so
// that no replacement begins in the middle of an escape.
func looksLikeJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[' || b[0] == '"')
}

// erasure is one text that is gone through.
type erasure struct {
	*eraser
	text    []byte
	escapes bool // \n and the like are one character
	cut     bool
	before  trail
}

func (s *erasure) run() []byte {
	var out []byte
	from := 0
	for i := 0; i < len(s.text); {
		if end := s.find(i); end > 0 {
			out = append(append(out, s.text[from:i]...), store.ErasedText...)
			s.before = trail{}
			from, i = end, end
			continue
		}
		c, n := s.next(i)
		s.before.push(c)
		i += n
	}
	if out == nil {
		return s.text
	}
	return append(out, s.text[from:]...)
}

// find returns the end of an address that begins at i, 0 where none does.
func (s *erasure) find(i int) int {
	if s.before.inWord() {
		return 0
	}
	end := s.match(i, 0)
	if end == 0 || s.goesOn(end) {
		return 0
	}
	return end
}

// match returns where the rest of the address, from its k-th byte on, ends when
// it begins at i; 0 where it does not.
func (s *erasure) match(i, k int) int {
	if k == len(s.key) {
		return i
	}
	if k > 0 {
		i = s.skipBreak(i)
	}
	if i == len(s.text) {
		if s.cut && k > s.at {
			return i // the history keeps no more of it
		}
		return 0
	}
	want := rune(s.key[k])
	if c, n := s.next(i); lower(c) == want {
		if end := s.match(i+n, k+1); end > 0 {
			return end
		}
	}
	if c, n := s.encoded(i); n > 0 && lower(c) == want {
		return s.match(i+n, k+1)
	}
	return 0
}

// skipBreak passes over a soft line break of quoted-printable (RFC 2045,
// section 6.7).
func (s *erasure) skipBreak(i int) int {
	c, n := s.next(i)
	if c != '=' {
		return i
	}
	at := i + n
	if c, n = s.next(at); c == '\r' {
		at += n
		c, n = s.next(at)
	}
	if c != '\n' {
		return i
	}
	return at + n
}

// goesOn tells whether the domain is longer than that of the address.
func (s *erasure) goesOn(end int) bool {
	c, n := s.next(end)
	if c == '.' || c == '-' {
		c, _ = s.next(end + n)
	}
	return isWord(c)
}

func lower(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isWord(c rune) bool {
	c = lower(c)
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z'
}

// trail holds the characters before a place, the last one first.
type trail [16]rune

func (t *trail) push(c rune) {
	copy(t[1:], t[:])
	t[0] = c
}

// inWord tells whether an address that begins here is the end of a longer one.
func (t *trail) inWord() bool {
	c, n := t.last(0)
	if c == '.' || c == '_' || c == '-' {
		c, _ = t.last(n)
	}
	return isWord(c)
}

// last returns the character that ends at a place of the trail, as what writes
// special characters means it, and how many places it takes.
func (t *trail) last(at int) (rune, int) {
	const most = 6 // \u0040
	if at+most > len(t) {
		return t[at], 1
	}
	end := t[at : at+most]
	if c, ok := fromHex(end[1], end[0]); ok && (end[2] == '%' || end[2] == '=' && isQuoted(c, end[1], end[0])) {
		return c, 3
	}
	if c, ok := fromHex(end[3], end[2], end[1], end[0]); ok && end[4] == 'u' && end[5] == '\\' {
		return c, most
	}
	if end[1] == '\\' {
		return unescaped(end[0]), 2
	}
	return end[0], 1
}

// isQuoted tells whether quoted-printable has two digits behind an equals sign
// for a character of ASCII: they are capital letters there, while a form may go
// on behind the sign with a name such as "Deann".
func isQuoted(c, first, second rune) bool {
	return c < 0x80 && first < 'a' && second < 'a'
}
