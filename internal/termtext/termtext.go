// Package termtext makes text from outside safe to show on a terminal or in a
// log: no character of it can move the cursor, change colors, reorder the text
// or break the line.
package termtext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns the text with each unprintable character written as Go
// writes it in a string literal, such as \n or \x1b.
func Escape(text string) string {
	return escape(text, func(rune) bool { return false })
}

// EscapeLines is Escape for a text of several lines: line breaks and tabs stay.
func EscapeLines(text string) string {
	return escape(text, func(r rune) bool { return r == '\n' || r == '\t' })
}

func escape(text string, keep func(rune) bool) string {
	isSafe := func(r rune) bool { return unicode.IsPrint(r) || keep(r) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !isSafe(r) }) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isInvalid := r == utf8.RuneError && size == 1; !isInvalid && isSafe(r) {
			out.WriteRune(r)
		} else {
			quoted := strconv.Quote(text[i : i+size])
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return out.String()
}

// Line returns the text as one line for a message. White space and unprintable
// characters become single spaces, and a line of more than limit bytes is cut
// and ends with an ellipsis.
func Line(text string, limit int) string {
	line := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(line) <= limit {
		return line
	}
	for limit > 0 && !utf8.RuneStart(line[limit]) {
		limit--
	}
	return line[:limit] + "…"
}
