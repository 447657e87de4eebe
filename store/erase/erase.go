package erase

import (
	"bytes"
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// eraser erases one address from bytes of any kind.
type eraser struct{ pattern }

// New returns an eraser that replaces an address by store.ErasedText wherever it
// is a whole word. Case does not matter. Letters may be composed or decomposed,
// and the domain may stand in ASCII or in its own letters. Any character of the
// address may be encoded as in JSON (\u0040), URLs and forms (%40, %C3%BC),
// quoted-printable (=40, and soft line breaks), HTML or XML (&#64;). Bytes that are
// not UTF-8 are read as Latin-1. JSON stays valid JSON. The eraser does not decode
// base64 or compressed data.
//
// An address that begins or ends a longer one stays, because that is another
// address: jo.ann@example.com is not ann@example.com. It is erased where the
// longer text is hardly an address: behind a number, as in order-7-ann@example.com,
// and before what cannot end a domain, as in ann@example.com-7. After a "+" it is
// erased, because the plus may stand for a space. Beside a letter of a script
// without spaces between words it is erased, too. The beginning of an address
// before "…" is erased if it reaches into the domain: a message was cut there.
func New(email string) store.Eraser { return &eraser{newPattern(store.ContactKey(email))} }

// Erase replaces the address.
func (e *eraser) Erase(p store.Piece) ([]byte, error) {
	if len(e.local) == 0 || !mayHoldAddress(p.Bytes) {
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
		c, n := m.next(i)
		if end := m.findAddress(i, c); end > 0 {
			out = append(append(out, m.text[from:i]...), store.ErasedText...)
			m.before = trail{}
			from, i = end, end
			continue
		}
		m.before.push(c)
		i += n
	}
	if out == nil {
		return m.text
	}
	return append(out, m.text[from:]...)
}

// findAddress returns the end of an address that begins at i with a character c, or
// 0.
func (m *matcher) findAddress(i int, c rune) int {
	if !m.mayBegin(c) || m.before.inWord(m.local[0]) {
		return 0
	}
	end := m.match(i, m.local, m.labels)
	if end == 0 || m.domainContinues(end) {
		return 0
	}
	return end
}

// match returns the end of the rest of the address, if it begins at i; otherwise
// 0. The rest are the characters of the part under way, and the labels after it.
func (m *matcher) match(i int, part []rune, labels []label) int {
	inDomain := len(labels) < len(m.labels)
	if len(part) == 0 {
		return m.matchLabels(i, labels)
	}
	if inDomain || len(part) < len(m.local) {
		i = m.skipSoftBreak(i)
	}
	if i == len(m.text) {
		if m.cut && inDomain {
			return i // the history cut the rest off
		}
		return 0
	}
	if c, n := m.next(i); n > 0 {
		if c == '…' && inDomain {
			return i // a message was cut here
		}
		if end := m.matchRest(i+n, c, part, labels); end > 0 {
			return end
		}
	}
	if c, n := m.decodeSpecial(i); n > 0 {
		if end := m.matchRest(i+n, c, part, labels); end > 0 {
			return end
		}
	}
	if m.cut && inDomain && isCutEncoding(m.text[i:]) {
		return len(m.text)
	}
	return 0
}

// matchRest matches what follows the character c of the text, which ends at i.
func (m *matcher) matchRest(i int, c rune, part []rune, labels []label) int {
	rest, ok := consume(part, c, len(labels) < len(m.labels))
	if !ok {
		return 0
	}
	return m.match(i, rest, labels)
}

// matchLabels matches the next label in any of its forms.
func (m *matcher) matchLabels(i int, labels []label) int {
	if len(labels) == 0 {
		return i
	}
	for _, form := range labels[0] {
		if end := m.match(i, form, labels[1:]); end > 0 {
			return end
		}
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
	if c != '.' && c != '-' {
		return joins(c, m.last)
	}
	following, _ := m.next(end + n)
	return joins(following, m.last) && m.endsAsDomain(end)
}

// maxDomain is how many letters a domain has at most (RFC 1035, section 2.3.4).
const maxDomain = 253

// endsAsDomain reports whether a text that continues the address can be the end of
// a domain: its last label has no digit or hyphen, unless it encodes other letters.
func (m *matcher) endsAsDomain(at int) bool {
	var label, last []rune
	for range maxDomain {
		c, n := m.next(at)
		switch {
		case c == '.':
			label = nil
		case c == '-' || joins(c, m.last):
			label = append(label, toLower(c))
		default:
			return canEndDomain(string(last))
		}
		if len(label) > 0 {
			last = label
		}
		at += n
	}
	return true
}

func canEndDomain(label string) bool {
	label = strings.TrimRight(label, "-")
	return strings.HasPrefix(label, "xn--") || len(label) > 1 && !strings.ContainsAny(label, "-0123456789")
}
