package erase

import (
	"bytes"

	"github.com/webhook-gateway/gateway/store"
)

// eraser erases one address from bytes of any kind.
type eraser struct {
	key []byte
	at  int // index of the @ in key
}

// New returns an eraser that replaces an address by store.ErasedText wherever it
// is a whole word. Case does not matter. Any character of the address may be
// encoded as in JSON (\u0040), URLs and forms (%40), quoted-printable (=40, and
// soft line breaks), HTML or XML (&#64;). JSON stays valid JSON. The eraser does
// not decode base64 or compressed data.
//
// An address that begins or ends a longer one stays, because that is another
// address: jo.ann@example.com is not ann@example.com. After a "+" it is erased,
// because the plus may stand for a space.
func New(email string) store.Eraser {
	key := []byte(store.ContactKey(email))
	return &eraser{key: key, at: bytes.LastIndexByte(key, '@')}
}

// Erase replaces the address.
func (e *eraser) Erase(p store.Piece) ([]byte, error) {
	if len(e.key) == 0 || !mayHoldAddress(p.Bytes) {
		return p.Bytes, nil
	}
	m := &matcher{eraser: e, text: p.Bytes, escapes: looksLikeJSON(p.Bytes), cut: p.Cut}
	return m.eraseAll(), nil
}

// mayHoldAddress reports whether a text can contain an @, in any encoding.
func mayHoldAddress(b []byte) bool {
	return bytes.IndexByte(b, '@') >= 0 || bytes.Contains(b, []byte("40")) || bytes.Contains(b, []byte("64;")) || bytes.Contains(b, []byte("&commat;"))
}

// looksLikeJSON reports whether backslashes are escapes of JSON. A replacement
// must not begin in the middle of one.
func looksLikeJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[' || b[0] == '"')
}

// matcher searches one text for the address.
type matcher struct {
	*eraser
	text    []byte
	escapes bool // an escape such as \n is one character
	cut     bool
	before  trail
}

func (m *matcher) eraseAll() []byte {
	var out []byte
	from := 0
	for i := 0; i < len(m.text); {
		if end := m.findAddress(i); end > 0 {
			out = append(append(out, m.text[from:i]...), store.ErasedText...)
			m.before = trail{}
			from, i = end, end
			continue
		}
		c, n := m.next(i)
		m.before.push(c)
		i += n
	}
	if out == nil {
		return m.text
	}
	return append(out, m.text[from:]...)
}

// findAddress returns the end of an address that begins at i, or 0.
func (m *matcher) findAddress(i int) int {
	if m.before.inWord() {
		return 0
	}
	end := m.matchFrom(i, 0)
	if end == 0 || m.domainContinues(end) {
		return 0
	}
	return end
}

// matchFrom returns the end of the rest of the address, from its k-th byte on, if
// the rest begins at i; otherwise 0.
func (m *matcher) matchFrom(i, k int) int {
	if k == len(m.key) {
		return i
	}
	if k > 0 {
		i = m.skipSoftBreak(i)
	}
	if i == len(m.text) {
		if m.cut && k > m.at {
			return i // the history cut the rest off
		}
		return 0
	}
	want := rune(m.key[k])
	if c, n := m.next(i); lowerASCII(c) == want {
		if end := m.matchFrom(i+n, k+1); end > 0 {
			return end
		}
	}
	if c, n := m.decodeSpecial(i); n > 0 && lowerASCII(c) == want {
		return m.matchFrom(i+n, k+1)
	}
	return 0
}

// skipSoftBreak skips a soft line break of quoted-printable (RFC 2045,
// section 6.7).
func (m *matcher) skipSoftBreak(i int) int {
	c, n := m.next(i)
	if c != '=' {
		return i
	}
	at := i + n
	if c, n = m.next(at); c == '\r' {
		at += n
		c, n = m.next(at)
	}
	if c != '\n' {
		return i
	}
	return at + n
}

// domainContinues reports whether the text has a longer domain than the address.
func (m *matcher) domainContinues(end int) bool {
	c, n := m.next(end)
	if c == '.' || c == '-' {
		c, _ = m.next(end + n)
	}
	return isAlphanumeric(c)
}

func lowerASCII(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isAlphanumeric(c rune) bool {
	c = lowerASCII(c)
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z'
}

// trail holds the characters before a position, the last one first.
type trail [16]rune

func (t *trail) push(c rune) {
	copy(t[1:], t[:])
	t[0] = c
}

// inWord reports whether an address that begins here would be the end of a
// longer one.
func (t *trail) inWord() bool {
	c, n := t.last(0)
	if c == '.' || c == '_' || c == '-' {
		c, _ = t.last(n)
	}
	return isAlphanumeric(c)
}

// last returns the decoded character that ends at an index of the trail, and how
// many characters its encoding has.
func (t *trail) last(at int) (rune, int) {
	const most = 6 // \u0040
	if at+most > len(t) {
		return t[at], 1
	}
	end := t[at : at+most]
	if c, ok := parseHex(end[1], end[0]); ok && (end[2] == '%' || end[2] == '=' && isQuotedPrintable(c, end[1], end[0])) {
		return c, 3
	}
	if c, ok := parseHex(end[3], end[2], end[1], end[0]); ok && end[4] == 'u' && end[5] == '\\' {
		return c, most
	}
	if end[1] == '\\' {
		return unescape(end[0]), 2
	}
	return end[0], 1
}

// isQuotedPrintable reports whether two digits after an equals sign are a
// character of quoted-printable, where they are upper case. In a form the value
// after the sign may be a name such as "Deann".
func isQuotedPrintable(c, first, second rune) bool {
	return c < 0x80 && first < 'a' && second < 'a'
}
