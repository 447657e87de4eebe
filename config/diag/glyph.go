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
	text   string // the text to write: tabs expanded, control characters made visible
	bytes  span   // where it stands in the line
	column int    // zero-based terminal column of its left edge
	width  int    // terminal columns it takes
}

// splitGlyphs splits a line into glyphs.
func splitGlyphs(line []byte) []glyph {
	var glyphs []glyph
	column := 0
	for at := 0; at < len(line); {
		n := clusterLength(line[at:])
		text, cells := renderCluster(string(line[at:at+n]), column)
		glyphs = append(glyphs, glyph{text: text, bytes: span{at, at + n}, column: column, width: cells})
		column += cells
		at += n
	}
	return glyphs
}

// renderCluster returns the text for a cluster that begins at the terminal column,
// and its width in columns. It replaces characters that move the cursor, reorder
// text or are invisible, so that the output shows the content of the file.
func renderCluster(cluster string, column int) (text string, cells int) {
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
// and an emoji is wide if a variation selector or the second half of a flag follows.
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

// makeVisible returns the text safe for a terminal, on one line and with single
// spaces. Unlike termtext.Escape it shows one glyph for each character.
func makeVisible(text string) string {
	return keepSpacesVisible(strings.Join(strings.Fields(text), " "))
}

// keepSpacesVisible is makeVisible without joining spaces.
func keepSpacesVisible(text string) string {
	var b strings.Builder
	for _, g := range splitGlyphs([]byte(text)) {
		b.WriteString(g.text)
	}
	return b.String()
}

// cellCount returns how many terminal columns the text takes.
func cellCount(text string) int {
	return lastColumn(splitGlyphs([]byte(text)))
}

// lastColumn returns the terminal column after the last glyph.
func lastColumn(glyphs []glyph) int {
	if len(glyphs) == 0 {
		return 0
	}
	last := glyphs[len(glyphs)-1]
	return last.column + last.width
}
