package diag

import "strings"

const ellipsis = "..."

// clipLine writes a line in at most that many terminal columns. It keeps the mark
// visible, or its beginning if the mark does not fit. It returns the text and the
// columns of the mark in it, at least one wide.
func clipLine(line []glyph, mark *span, space int) (text string, from, to int) {
	start, end := 0, 0
	if mark != nil {
		start, end = markColumns(line, *mark)
	}
	// A mark after the last character needs a column of its own.
	low, high := chooseWindow(max(lastColumn(line), start+1), start, end, space)
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
	if high < lastColumn(line) {
		b.WriteString(ellipsis)
	}
	from = start - shift
	return strings.TrimRight(b.String(), " "), from, max(min(end, high)-shift, from+1)
}

// markColumns returns the terminal columns of a part of the line.
func markColumns(line []glyph, mark span) (start, end int) {
	start = lastColumn(line)
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

// chooseWindow chooses the columns to show of a line of that length.
func chooseWindow(length, start, end, space int) (low, high int) {
	tail := space - len(ellipsis) // columns left next to one ellipsis
	switch {
	case length <= space:
		return 0, length
	case max(end, start+1) <= tail:
		return 0, tail
	}
	inner := tail - len(ellipsis)
	// A third of the space before the mark shows its surroundings.
	low = start - max(min(inner/3, inner-(end-start)), 0)
	if length-low <= tail {
		return length - tail, length
	}
	return low, low + inner
}
