package erase

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/webhook-gateway/gateway/internal/netname"
)

// pattern is an address as texts are compared with it: in lower case, with its
// letters decomposed.
type pattern struct {
	local  []rune // the part before the @, and the @
	labels []label
	last   rune // of the address
}

// label is a label of the domain in each of its forms: in ASCII, and in its own
// letters if these differ. All but the first begin with a dot.
type label [][]rune

// newPattern returns the pattern of store.ContactKey of an address, an empty one
// if the key has no @.
func newPattern(key string) pattern {
	at := strings.LastIndexByte(key, '@')
	if at < 0 {
		return pattern{}
	}
	p := pattern{local: fold(norm.NFD, key[:at+1])}
	dot := ""
	for ascii := range strings.SplitSeq(key[at+1:], ".") {
		forms := label{fold(norm.NFKD, dot+ascii)}
		if own := netname.ToUnicode(ascii); own != ascii {
			forms = append(forms, fold(norm.NFKD, dot+own))
		}
		p.labels, dot = append(p.labels, forms), "."
	}
	p.last, _ = utf8.DecodeLastRuneInString(netname.ToUnicode(key))
	return p
}

// fold decomposes a text and turns it into lower case.
func fold(form norm.Form, text string) []rune {
	runes := []rune(form.String(text))
	for i, r := range runes {
		runes[i] = toLower(r)
	}
	return runes
}

func toLower(r rune) rune {
	switch r {
	case 'ς': // the form of σ at the end of a word
		return 'σ'
	case '。': // a dot between labels
		return '.'
	}
	return unicode.ToLower(r)
}

// consume compares a character of a text with the next ones of a part of the
// address, and returns the rest of the part.
func consume(part []rune, c rune, inDomain bool) ([]rune, bool) {
	if c < utf8.RuneSelf {
		return part[1:], lowerASCII(c) == part[0]
	}
	form := norm.NFD
	if inDomain {
		if isIgnored(c) {
			return part, true
		}
		form = norm.NFKD // domains map letters such as wide ones
	}
	var encoded [utf8.UTFMax]byte
	text := encoded[:utf8.EncodeRune(encoded[:], c)]
	decomposed := form.Properties(text).Decomposition()
	switch {
	case '가' <= c && c <= '힣': // Decomposition leaves out Hangul
		decomposed = form.Bytes(text)
	case decomposed == nil:
		decomposed = text
	}
	for len(decomposed) > 0 {
		r, n := utf8.DecodeRune(decomposed)
		if len(part) == 0 || part[0] != toLower(r) {
			return nil, false
		}
		part, decomposed = part[1:], decomposed[n:]
	}
	return part, true
}

// mayBegin reports whether an address may begin with a character of a text, which
// may be encoded.
func (p *pattern) mayBegin(c rune) bool {
	switch {
	case c >= utf8.RuneSelf:
		_, ok := consume(p.local, c, false)
		return ok
	case c == '%', c == '=', c == '\\', c == '&':
		return true
	}
	return lowerASCII(c) == p.local[0]
}

// isIgnored reports whether domains leave a character out: soft hyphens, invisible
// spaces, and the marks that choose the look of an emoji (Unicode TS 46).
func isIgnored(c rune) bool {
	return c == '\u00ad' || c == '\u200b' || c == '\u2060' || c == '\ufeff' || '\ufe00' <= c && c <= '\ufe0f'
}

// joins reports whether a character belongs to the same word as the character of
// the address beside it. Letters do so if they are of one alphabet that separates
// words by spaces. In texts of other scripts, such as Chinese, an address stands
// between letters without spaces.
func joins(c, beside rune) bool {
	if c < utf8.RuneSelf {
		return isAlphanumeric(c)
	}
	if '\u0300' <= c && c <= '\u036f' { // marks above and below letters
		return true
	}
	for _, alphabet := range []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic} {
		if unicode.Is(alphabet, c) {
			return '0' <= beside && beside <= '9' || unicode.Is(alphabet, beside)
		}
	}
	return false
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
