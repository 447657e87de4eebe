package graph

import "strings"

// The measures of a drawing, in pixels.
const (
	margin     = 24 // around the drawing
	gap        = 28 // between two nodes of a list, for the arrow
	laneGap    = 16 // between two lanes
	padding    = 14 // inside of nodes and lanes
	firstLine  = 21 // from the upper edge to the first line of text
	lineHeight = 17 // between two lines
	lastLine   = 13 // from the last line to the lower edge
	narrowest  = 150
	widestText = 300
	widestRow  = 1000 // of lanes side by side; more lanes begin a new row
	dotSize    = 10   // of the end of a flow
)

// box is a node or a list with its size and, after place, its position.
type box struct {
	node  *Node
	lines []textLine
	x, y  int // of the upper left corner
	w, h  int
	head  int // height of the texts
	lanes []*lane
}

// lane is a list of boxes from top to bottom.
type lane struct {
	lines      []textLine
	boxes      []*box
	x, y, w, h int
	head       int
	framed     bool
}

// textLine is a line of text with the class of its style.
type textLine struct{ class, text string }

// newBox measures a node and what is inside of it.
func newBox(n *Node) *box {
	b := &box{node: n, lines: nodeLines(n), w: narrowest}
	b.head = textHeight(b.lines)
	for _, l := range b.lines {
		b.w = max(b.w, textWidth(l)+2*padding)
	}
	for _, l := range n.Lanes {
		b.lanes = append(b.lanes, newLane(l, n.Shape == Choice))
	}
	b.h = b.head
	b.arrangeLanes()
	return b
}

// arrangeLanes puts the lanes side by side, in as many rows as needed. The lanes of
// a row have one height.
func (b *box) arrangeLanes() {
	x, y, begin := padding, b.head, 0
	for i, l := range b.lanes {
		if i > begin && x+l.w+padding > widestRow {
			x, y, begin = padding, b.h-padding+laneGap, i
		}
		l.x, l.y = x, y
		x += l.w + laneGap
		row := b.lanes[begin : i+1]
		for _, in := range row {
			l.h = max(l.h, in.h)
		}
		for _, in := range row {
			in.h = l.h
		}
		b.w, b.h = max(b.w, l.x+l.w+padding), y+l.h+padding
	}
	if len(b.lanes) == 1 {
		b.lanes[0].x = (b.w - b.lanes[0].w) / 2
	}
}

func newLane(l Lane, framed bool) *lane {
	out := &lane{framed: framed}
	if l.Title != "" {
		out.lines = append(out.lines, textLine{"t", l.Title})
	}
	if l.When != "" {
		out.lines = append(out.lines, textLine{"w", l.When})
	}
	if len(l.Nodes) == 0 {
		out.lines = append(out.lines, textLine{"d", "nothing"})
	}
	fitLines(out.lines)
	if len(out.lines) > 0 {
		out.head = textHeight(out.lines)
	}
	for _, n := range l.Nodes {
		out.boxes = append(out.boxes, newBox(n))
	}
	out.measure()
	return out
}

// measure computes the size of a lane from those of its boxes.
func (l *lane) measure() {
	side := 0
	if l.framed {
		side = padding
	}
	for _, t := range l.lines {
		l.w = max(l.w, textWidth(t)+2*padding)
	}
	l.h = l.head
	for i, b := range l.boxes {
		l.w = max(l.w, b.w+2*side)
		l.h += b.h
		if i > 0 {
			l.h += gap
		}
	}
	if l.framed && len(l.boxes) > 0 {
		l.h += padding
	}
}

// place moves a lane to a position, and its boxes into it, each in the middle.
func (l *lane) place(x, y int) {
	l.x, l.y = x, y
	at := y + l.head
	for _, b := range l.boxes {
		b.place(x+(l.w-b.w)/2, at)
		at += b.h + gap
	}
}

func (b *box) place(x, y int) {
	b.x, b.y = x, y
	for _, l := range b.lanes {
		l.place(x+l.x, y+l.y)
	}
}

// nodeLines returns the texts of a node.
func nodeLines(n *Node) []textLine {
	lines := []textLine{{"t", n.Title}}
	if n.Kind != n.Title {
		lines = append(lines, textLine{"k", n.Kind})
	}
	if n.Detail != "" {
		lines = append(lines, textLine{"d", n.Detail})
	}
	if n.When != "" {
		lines = append(lines, textLine{"w", "when " + n.When})
	}
	if len(n.Notes) > 0 {
		lines = append(lines, textLine{"d", strings.Join(n.Notes, " · ")})
	}
	fitLines(lines)
	return lines
}

func fitLines(lines []textLine) {
	for i := range lines {
		lines[i].text = fit(lines[i])
	}
}

func textHeight(lines []textLine) int {
	return firstLine + (len(lines)-1)*lineHeight + lastLine
}

// textWidth estimates the width of a line from the widths of its characters in
// DejaVu Sans, the widest of the usual sans-serif fonts.
func textWidth(l textLine) int {
	return min(widthOf(l.text, l.class), widestText)
}

func widthOf(text, class string) int {
	sum := 0.0
	for _, r := range text {
		sum += runeSize(r, class)
	}
	return int(sum) + 1
}

// runeSize is the width of a character in pixels.
func runeSize(r rune, class string) float64 {
	if class == "t" {
		return 8.6 * runeWidth(r)
	}
	return 7.3 * runeWidth(r)
}

func runeWidth(r rune) float64 {
	const wide = 0x1100 // where scripts with wide characters begin
	switch {
	case strings.ContainsRune("iljft.,:;|!'()[]/ ", r):
		return 0.6
	case strings.ContainsRune("mwMW@%", r):
		return 1.45
	case r >= wide:
		return 2
	case r >= 'A' && r <= 'Z':
		return 1.2
	}
	return 1
}

// fit cuts a line to the widest text.
func fit(l textLine) string {
	const more = "…"
	end, room := 0, widestText-widthOf(more, l.class)
	width := 0.0
	for i, r := range l.text {
		if int(width) < room {
			end = i
		}
		if width += runeSize(r, l.class); int(width)+1 > widestText {
			return l.text[:end] + more
		}
	}
	return l.text
}
