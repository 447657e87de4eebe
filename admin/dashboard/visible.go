package dashboard

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// showControls returns a rendered page in which characters that can't be seen, or
// that reorder the text around them, are written as text: "␀" for a control
// character of ASCII and "⟨U+202E⟩" for others. The templates contain none, so
// each of them comes from outside. Joiners stay: emoji and some scripts need them.
// Fields of forms keep the characters, because a form sends what its fields hold.
func showControls(page []byte) []byte {
	if nextHidden(page) == len(page) {
		return page
	}
	out := make([]byte, 0, len(page)+64)
	for len(page) > 0 {
		begin, end := nextField(page)
		out = replaceHidden(out, page[:begin], appendVisible)
		out = replaceHidden(out, page[begin:end], appendReference)
		page = page[end:]
	}
	return out
}

// nextField returns where the next content of a field of a form begins and ends, a
// value or the text of a textarea, or twice the end of the page. Texts from outside hold neither a quote nor "<" in a rendered page.
func nextField(page []byte) (begin, end int) {
	begin, end = len(page), len(page)
	for _, field := range []struct{ open, content, end string }{{` value="`, "", `"`}, {"<textarea", ">", "</textarea>"}} {
		at := bytes.Index(page[:begin], []byte(field.open))
		if at < 0 {
			continue
		}
		at += len(field.open)
		content := bytes.Index(page[at:], []byte(field.content))
		if content < 0 {
			continue
		}
		begin = at + content + len(field.content)
		end = len(page)
		if size := bytes.Index(page[begin:], []byte(field.end)); size >= 0 {
			end = begin + size
		}
	}
	return begin, end
}

// replaceHidden appends a text in which write writes the hidden characters.
func replaceHidden(out, text []byte, write func(out []byte, r rune) []byte) []byte {
	for len(text) > 0 {
		at := nextHidden(text)
		out = append(out, text[:at]...)
		if text = text[at:]; len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			out, text = write(out, r), text[size:]
		}
	}
	return out
}

// nextHidden returns the place of the next character that is written otherwise, or
// the length of the text.
func nextHidden(text []byte) int {
	for i := 0; i < len(text); {
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

// appendReference appends a character for the content of a field, where browsers
// take the reference for the character. They take those of the first controls
// beyond ASCII for others, and fields can't hold NUL.
func appendReference(out []byte, r rune) []byte {
	switch {
	case r == 0 || r == utf8.RuneError:
		return appendVisible(out, r)
	case r >= '\u0080' && r <= '\u009f':
		return utf8.AppendRune(out, r)
	}
	return fmt.Appendf(out, "&#x%X;", r)
}
