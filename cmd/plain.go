package cmd

import (
	"fmt"
	"strings"
	"unicode"
)

// plain makes a text that came from anywhere fit for one line of a terminal:
// what could steer it, or break the line, shows as its code.
func plain(text string) string {
	return escape(text, func(rune) bool { return false })
}

// plainLines is plain for a text of several lines.
func plainLines(text string) string {
	return escape(text, func(r rune) bool { return r == '\n' || r == '\t' })
}

func escape(text string, allowed func(rune) bool) string {
	var out strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) || allowed(r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}
