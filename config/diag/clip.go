package diag

import "strings"

const ellipsis = "..."

// clipLine writes a line in at most that many terminal columns, keeping what
// is marked in sight, or its beginning when it does not fit. It returns the
// text and the columns in it between which the mark stands, at least one wide.
func clipLine(line []glyph, mark *span, space int) (text string, from, to int) {
	start, end := 0, 0
	if mark != nil {
		start, end = columns(line, *mark)
	}
	// A mark behind the last character needs a column of its own.
	low, high := window(max(edge(line), start+1), start, end, space)
	var b strings.Builder
	shift := 0
	for _, g := range line {
		if g.column < low || g.column+g.width > high {
			continue
		}
		if b.Len() == 0 && g.column > 0 {
			b.WriteString(ellipsis)
			shift = g.column - len(ellipsis)
		}
		b.WriteString(g.text)
	}
	if high < edge(line) {
		b.WriteString(ellipsis)
	}
	from = start - shift
	return strings.TrimRight(b.String(), " "), from, max(min(end, high)-shift, from+1)
}

// columns returns the terminal columns between which a stretch of the line
// stands.
func columns(line []glyph, mark span) (start, end int) {
	start = edge(line)
	for _, g := range line {
		if g.bytes.end > mark.start {
			start = g.column
			break
		}
	}
	end = start
	for _, g := range line {
		if g.column >= start && g.bytes.start < mark.end {
			end = g.column + g.width
		}
	}
	return start, end
}

// window chooses which columns of a line of that length to show.
func window(length, start, end, space int) (low, high int) {
	tail := space - len(ellipsis) // columns left beside one ellipsis
	switch {
	case length <= space:
		return 0, length
	case max(end, start+1) <= tail:
		return 0, tail
	}
	inner := tail - len(ellipsis)
	// A third of the space in front of the mark tells what it belongs to.
	low = start - max(min(inner/3, inner-(end-start)), 0)
	if length-low <= tail {
		return length - tail, length
	}
	return low, low + inner
}
