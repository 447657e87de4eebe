package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const (
	tabStop     = 4
	replacement = "\ufffd"
)

// glyph is one grapheme cluster of a line as a terminal shows it.
type glyph struct {
	text   string // what to write: tabs expanded, control characters made visible
	bytes  span   // where it stands in the line
	column int    // zero-based terminal column of its left edge
	width  int    // terminal columns it takes
}

// layout cuts a line into glyphs.
func layout(line []byte) []glyph {
	var glyphs []glyph
	column := 0
	for at := 0; at < len(line); {
		n := clusterLength(line[at:])
		text, cells := show(string(line[at:at+n]), column)
		glyphs = append(glyphs, glyph{text: text, bytes: span{at, at + n}, column: column, width: cells})
		column += cells
		at += n
	}
	return glyphs
}

// show returns how a cluster that begins at the terminal column is written and
// how many columns that takes. Characters that would move the cursor, reorder
// text or hide are replaced, so that what is seen is what the file holds.
func show(cluster string, column int) (text string, cells int) {
	r, size := utf8.DecodeRuneInString(cluster)
	alone := size == len(cluster)
	switch {
	case cluster == "\t":
		cells = tabStop - column%tabStop
		return strings.Repeat(" ", cells), cells
	case r == utf8.RuneError && size <= 1:
		return replacement, 1
	case r < ' ':
		return string('\u2400' + r), 1
	case r == '\x7f':
		return "\u2421", 1
	case alone && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return replacement, 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return "\u25cc" + strings.ToValidUTF8(cluster, replacement), 1
	default:
		return strings.ToValidUTF8(cluster, replacement), clusterWidth(cluster, r)
	}
}

// clusterWidth follows UAX #11: a cluster is as wide as its first character,
// and emoji are wide when a variation selector or a flag's second half says so.
func clusterWidth(cluster string, first rune) int {
	switch width.LookupRune(first).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	if strings.ContainsRune(cluster, '\ufe0f') || unicode.Is(unicode.Regional_Indicator, first) {
		return 2
	}
	return 1
}

// visible returns the text as a terminal may show it safely, on one line and
// with single spaces.
func visible(text string) string {
	return visibleVerbatim(strings.Join(strings.Fields(text), " "))
}

// visibleVerbatim is visible with the spaces kept.
func visibleVerbatim(text string) string {
	var b strings.Builder
	for _, g := range layout([]byte(text)) {
		b.WriteString(g.text)
	}
	return b.String()
}

// cellCount returns how many terminal columns the text takes.
func cellCount(text string) int {
	return edge(layout([]byte(text)))
}

// edge returns the terminal column behind the last glyph.
func edge(glyphs []glyph) int {
	if len(glyphs) == 0 {
		return 0
	}
	last := glyphs[len(glyphs)-1]
	return last.column + last.width
}
