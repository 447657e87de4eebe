package dashboard

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// showControls returns a rendered page in which characters that can't be seen, or
// that reorder the text around them, are written as text: "␀" for a control
// character of ASCII and "⟨U+202E⟩" for others. The templates contain none, so
// each of them comes from outside. Joiners stay: emoji and some scripts need them.
func showControls(text []byte) []byte {
	start := nextHidden(text, 0)
	if start == len(text) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for begin := 0; begin < len(text); {
		out = append(out, text[begin:start]...)
		if start == len(text) {
			break
		}
		r, size := utf8.DecodeRune(text[start:])
		out = appendVisible(out, r)
		begin = start + size
		start = nextHidden(text, begin)
	}
	return out
}

// nextHidden returns the place of the next character that is written otherwise, or
// the length of the text.
func nextHidden(text []byte, from int) int {
	for i := from; i < len(text); {
		if b := text[i]; b < utf8.RuneSelf {
			if isHidden(rune(b)) {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if isHidden(r) {
			return i
		}
		i += size
	}
	return len(text)
}

func isHidden(r rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	switch r {
	case '\n', '\t', joiner, nonJoiner:
		return false
	case '\u2028', '\u2029': // line separators
		return true
	}
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

func appendVisible(out []byte, r rune) []byte {
	const pictures, pictureOfDelete = '\u2400', '\u2421'
	switch {
	case r == utf8.RuneError:
		return utf8.AppendRune(out, r) // also for bytes that are no UTF-8
	case r < ' ':
		return utf8.AppendRune(out, pictures+r)
	case r == '\x7f':
		return utf8.AppendRune(out, pictureOfDelete)
	}
	return fmt.Appendf(out, "⟨U+%04X⟩", r)
}
