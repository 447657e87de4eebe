package richtext

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	wikiEntity   = regexp.MustCompile(`^&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)
	wikiEmoticon = regexp.MustCompile(`^(?:[:;]-?[()DPp]|\((?:/|x|X|!|\+|-|\?|y|n|i|on|off|\*[rgby]?|flag|flagoff)\))`)
	wikiLine     = regexp.MustCompile(`^(?:h[1-6]|bq)\. `)
)

// wikiText writes text so that nothing in it is markup. A backslash before a
// punctuation mark takes its meaning; a backslash itself and the beginning of
// an entity have to be written as entities, as two backslashes end a line.
// before is what stands in front of the text.
func wikiText(text, before string) string {
	var b strings.Builder
	for i, r := range text {
		rest := text[i:]
		previous, _ := utf8.DecodeLastRuneInString(before + text[:i])
		lineStart := before == "" && i == 0 || previous == '\n'
		switch {
		case r == '\\':
			b.WriteString("&#92;")
		case r == '&' && wikiEntity.MatchString(rest):
			b.WriteString("&amp;")
		case lineStart && wikiLine.MatchString(rest):
			fmt.Fprintf(&b, "&#%d;", r)
		case isWikiMark(r, rest, previous, lineStart):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isWikiMark tells whether a character would begin or end markup where it
// stands.
func isWikiMark(r rune, rest string, previous rune, lineStart bool) bool {
	switch r {
	case '*', '_', '{', '}', '[', ']', '|', '^', '~':
		return true
	case '!', '?':
		return len(rest) > 1 && !isSpaceAt(rest[1:])
	case '#':
		return lineStart
	case '-', '+':
		return !isWord(previous) || !isWordAt(rest[1:])
	case ':', ';', '(':
		return wikiEmoticon.MatchString(rest)
	}
	return false
}

func isSpaceAt(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r)
}

func isWordAt(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	return n > 0 && isWord(r)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
