package netname

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of an e-mail address in bytes (RFC 5321, section 4.5.3.1; the whole
// address is without the angle brackets).
const (
	MaxEmail = 254
	maxLocal = 64
)

// maxForm is how many times longer than its form in ASCII or in NFC a text of
// another script may be. Longer texts are not converted, which takes quadratic
// time.
const maxForm = 4

// Email is an e-mail address of any script.
type Email struct {
	Local  string // the part before the @, in NFC
	Domain string // the part after the @, in ASCII: labels of other scripts begin with xn--
}

// ParseEmail reads an e-mail address. It follows RFC 5321, section 4.1.2
// (Mailbox), as mail servers do: without a display name and without comments. It
// accepts the letters of all scripts, as RFC 6531 does.
func ParseEmail(s string) (Email, bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > maxForm*MaxEmail || !utf8.ValidString(s) {
		return Email{}, false
	}
	e := Email{Local: norm.NFC.String(s[:at]), Domain: s[at+1:]}
	if len(e.Local) > maxLocal || !isDotString(e.Local) && !isQuotedString(e.Local) {
		return Email{}, false
	}
	if !isAddressLiteral(e.Domain) {
		var ok bool
		if e.Domain, ok = ToASCII(e.Domain); !ok {
			return Email{}, false
		}
	}
	return e, len(e.String()) <= MaxEmail
}

// IsEmail reports whether a text is an e-mail address, see ParseEmail.
func IsEmail(s string) bool {
	_, ok := ParseEmail(s)
	return ok
}

// HasHostname reports whether the domain is a host name, see IsHostname, or an IP
// address in brackets. Mail servers also take other domains, such as one with a label
// that begins with xn-- and encodes nothing.
func (e Email) HasHostname() bool { return isAddressLiteral(e.Domain) || IsHostname(e.Domain) }

// String returns the address as mail servers take it, with its domain in ASCII.
func (e Email) String() string { return e.Local + "@" + e.Domain }

// Key returns the text that all forms of the address share: in lower case, with
// its domain in ASCII.
func (e Email) Key() string { return Fold(e.Local) + "@" + strings.ToLower(e.Domain) }

// Fold returns the form of a text that its upper and lower case, and its composed
// and decomposed letters, share.
func Fold(s string) string {
	return norm.NFC.String(strings.Map(toLower, norm.NFC.String(s)))
}

// toLower returns the lower case of a character. It never turns another character
// into an ASCII letter, so that no address becomes one in ASCII: the lower case of
// the Turkish İ would be i.
func toLower(r rune) rune {
	lower := unicode.ToLower(r)
	switch {
	case r > unicode.MaxASCII && lower <= unicode.MaxASCII:
		return r
	case lower == 'ς': // the form of σ at the end of a word
		return 'σ'
	}
	return lower
}

func isDotString(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, isNoAtomRune) {
			return false
		}
	}
	return true
}

func isNoAtomRune(r rune) bool {
	if r > unicode.MaxASCII {
		return !isVisible(r)
	}
	return !isAlphanumeric(byte(r)) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// isVisible reports whether a character that is not ASCII may be a part of an
// address: letters, marks, digits, symbols, and the joiners that Persian and
// Indic scripts need, but no spaces and no invisible characters.
func isVisible(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return true
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != utf8.RuneError
}

func isQuotedString(s string) bool {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	escaped := false
	for _, c := range s[1 : len(s)-1] {
		switch {
		case c > unicode.MaxASCII:
			if escaped || !isVisible(c) {
				return false
			}
		case c < ' ' || c > '~', c == '"' && !escaped:
			return false
		}
		escaped = c == '\\' && !escaped
	}
	return !escaped
}

// isAddressLiteral reports whether s is an IP address in brackets, which may
// stand for a domain.
func isAddressLiteral(s string) bool {
	if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
		return false
	}
	s = s[1 : len(s)-1]
	v6, is6 := strings.CutPrefix(s, "IPv6:")
	if !is6 {
		v6 = s
	}
	addr, err := netip.ParseAddr(v6)
	return err == nil && addr.Is6() == is6 && addr.Zone() == ""
}
