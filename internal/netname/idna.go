package netname

import (
	"slices"
	"unicode"
)

// isULabel reports whether IDNA allows the characters of a label (RFC 5892).
// Package idna checks the rest: hyphens, joiners, marks at the start, the
// direction of the text.
func isULabel(label string) bool {
	runes := []rune(label)
	for i, r := range runes {
		if !isIDNARune(r) || !hasIDNAContext(runes, i) {
			return false
		}
	}
	return true
}

// isIDNARune reports whether a character may be a part of a label. Those that
// need a certain context have it, see hasIDNAContext.
func isIDNARune(r rune) bool {
	switch {
	case slices.Contains([]rune("-\u200c\u200d\u00b7\u0375\u05f3\u05f4\u30fb\u06fd\u06fe\u0f0b\u3007"), r):
		return true
	case slices.Contains([]rune("\u0640\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b"), r), isOldHangul(r):
		return false
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd)
}

// isOldHangul reports whether a character is a letter of which syllables of old
// Hangul are composed (RFC 5892, section 2.9).
func isOldHangul(r rune) bool {
	return 0x1100 <= r && r <= 0x11ff || 0xa960 <= r && r <= 0xa97f || 0xd7b0 <= r && r <= 0xd7ff
}

// hasIDNAContext checks the rules of RFC 5892, appendix A, for characters that
// are allowed only beside certain others.
func hasIDNAContext(label []rune, i int) bool {
	at := func(k int) rune {
		if k < 0 || k >= len(label) {
			return -1
		}
		return label[k]
	}
	switch r := label[i]; {
	case r == '\u00b7': // middle dot, as in Catalan
		return at(i-1) == 'l' && at(i+1) == 'l'
	case r == '\u0375': // Greek keraia
		return unicode.Is(unicode.Greek, at(i+1))
	case r == '\u05f3', r == '\u05f4': // Hebrew geresh and gershayim
		return unicode.Is(unicode.Hebrew, at(i-1))
	case r == '\u30fb': // Katakana middle dot
		return slices.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) })
	case isArabicDigit(r):
		return !slices.ContainsFunc(label, isExtendedArabicDigit)
	}
	return true
}

func isArabicDigit(r rune) bool { return 0x0660 <= r && r <= 0x0669 }

func isExtendedArabicDigit(r rune) bool { return 0x06f0 <= r && r <= 0x06f9 }
