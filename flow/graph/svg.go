package graph

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
)

// Options change how [SVG] draws nodes.
type Options struct {
	// Mark returns what is known about a node, such as how often it failed. The zero
	// Mark draws nothing. Nil marks no node.
	Mark func(n *Node) Mark
	// Link returns the address to which a node leads, "" for none: a path or an http
	// URL. Nil links no node.
	Link func(n *Node) string
	// Inline leaves out the style element, for a page that has CSS itself and whose
	// policy forbids styles in the document.
	Inline bool
	// NoTitle leaves out the names of the flows.
	NoTitle bool
}

// Mark is a badge of a node.
type Mark struct {
	Text string // short, such as "failed 3"; "" for no badge
	Tone Tone
	Hint string // a longer text for the pointer and for screen readers
}

// Tone is the colour of a mark.
type Tone string

// The tones, each with a class of its name.
const (
	Neutral Tone = ""
	Good    Tone = "good"
	Warning Tone = "warn"
	Bad     Tone = "bad"
)

// CSS is the style of drawings. Each colour is a custom property, so that a page
// can set its own.
const CSS = `.fg{--fg-bg:#fff;--fg-node:#fff;--fg-lane:#f6f8fa;--fg-line:#8b949e;--fg-edge:#d0d7de;--fg-text:#1f2328;--fg-mute:#57606a;--fg-accent:#0969da;--fg-say:#8250df;--fg-keep:#9a6700;--fg-end:#1a7f37;--fg-bad:#cf222e;font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:12px;background:var(--fg-bg)}
@media (prefers-color-scheme:dark){.fg{--fg-bg:#0d1117;--fg-node:#161b22;--fg-lane:#0f141b;--fg-line:#6e7681;--fg-edge:#30363d;--fg-text:#e6edf3;--fg-mute:#9198a1;--fg-accent:#4493f8;--fg-say:#ab7df8;--fg-keep:#d29922;--fg-end:#3fb950;--fg-bad:#f85149}}
.fg text{fill:var(--fg-mute)}
.fg .t{fill:var(--fg-text);font-size:13px;font-weight:600}
.fg .h{fill:var(--fg-text);font-size:16px;font-weight:600}
.fg .w{fill:var(--fg-keep);font-style:italic}
.fg .n{fill:var(--fg-node);stroke:var(--fg-edge)}
.fg .l{fill:var(--fg-lane);stroke:var(--fg-edge);stroke-dasharray:3 3}
.fg .e{fill:none;stroke:var(--fg-line);stroke-width:1.5}
.fg .a{fill:var(--fg-line)}
.fg .bar{fill:var(--fg-line)}
.fg .out>.bar,.fg .out>a>.bar{fill:var(--fg-accent)}
.fg .say>.bar,.fg .say>a>.bar{fill:var(--fg-say)}
.fg .keep>.bar,.fg .keep>a>.bar{fill:var(--fg-keep)}
.fg .end>.bar,.fg .end>a>.bar{fill:var(--fg-end)}
.fg .start>.n,.fg .start>a>.n{stroke:var(--fg-accent);stroke-width:1.5}
.fg .if>.n,.fg .if>a>.n{stroke-dasharray:6 3}
.fg .x{fill:none;stroke:var(--fg-bad);stroke-dasharray:6 4}
.fg .xa{fill:var(--fg-bad)}
.fg .m rect{fill:var(--fg-mute)}
.fg .m.good rect{fill:var(--fg-end)}
.fg .m.warn rect{fill:var(--fg-keep)}
.fg .m.bad rect{fill:var(--fg-bad)}
.fg .m text{fill:var(--fg-bg);font-size:11px;font-weight:600}
.fg a{cursor:pointer}
.fg a:hover>.n,.fg a:focus>.n{stroke:var(--fg-accent);stroke-width:2}
`

// SVG draws flows one below another. The drawing follows the light or dark scheme of
// its reader.
func SVG(graphs []*Graph, o Options) string {
	w := &svgWriter{options: o}
	x, y, width := margin, margin, 0
	for i, g := range graphs {
		if i > 0 {
			y += 2 * margin
		}
		right, bottom := w.graph(g, x, y)
		width, y = max(width, right), bottom
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="fg" viewBox="0 0 %d %d" width="%d" height="%d" role="graphics-document document" aria-label="%s">`+"\n",
		width+margin, y+margin, width+margin, y+margin, escape(label(graphs)))
	if !o.Inline {
		out.WriteString("<style>\n" + CSS + "</style>\n")
	}
	out.Write(w.b.Bytes())
	out.WriteString("</svg>\n")
	return out.String()
}

func label(graphs []*Graph) string {
	if len(graphs) == 1 {
		return "Flow " + graphs[0].Title
	}
	return "Flows"
}

type svgWriter struct {
	b       bytes.Buffer
	options Options
}

func (w *svgWriter) add(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// graph draws a flow at a position and returns the right and lower ends.
func (w *svgWriter) graph(g *Graph, x, y int) (right, bottom int) {
	if !w.options.NoTitle {
		title := g.Title
		if !g.Enabled {
			title += " (disabled)"
		}
		w.text(x, y+margin/2, "h", title)
		right, y = x+widthOf(title, "t")*4/3, y+margin+padding
	}
	main := &lane{boxes: []*box{newBox(g.Trigger)}}
	for _, n := range g.Nodes {
		main.boxes = append(main.boxes, newBox(n))
	}
	main.measure()
	main.place(x, y)
	w.lane(main)
	right, bottom = max(right, x+main.w), y+main.h
	if n := len(g.Nodes); n == 0 || !g.Nodes[n-1].Ends {
		w.arrow(x+main.w/2, bottom, bottom+gap)
		w.add(`<circle class="a" cx="%d" cy="%d" r="%d"/>`, x+main.w/2, bottom+gap+dotSize/2, dotSize/2)
		bottom += gap + dotSize
	}
	if len(g.OnError) == 0 {
		return right, bottom
	}
	r, b := w.onError(g, main)
	return max(right, r), max(bottom, b)
}

// onError draws the list of on_error on the right of the flow.
func (w *svgWriter) onError(g *Graph, main *lane) (right, bottom int) {
	l := &lane{framed: true, lines: []textLine{{"t", "on_error"}, {"d", "if an action fails the run"}}}
	l.head = textHeight(l.lines)
	for _, n := range g.OnError {
		l.boxes = append(l.boxes, newBox(n))
	}
	l.measure()
	from, y := main.x+main.w, main.y+main.boxes[0].h+gap
	l.place(from+3*margin, y)
	w.add(`<rect class="x" x="%d" y="%d" width="%d" height="%d" rx="10"/>`, l.x, l.y, l.w, l.h)
	w.lane(l)
	at := y + l.head/2
	w.add(`<path class="x" d="M%d %dH%d"/><path class="xa" d="M%d %dl-8 -4v8z"/>`, from+padding, at, l.x-6, l.x, at)
	return l.x + l.w, l.y + l.h
}

func (w *svgWriter) lane(l *lane) {
	for i, t := range l.lines {
		w.text(l.x+padding, l.y+firstLine+i*lineHeight, t.class, t.text)
	}
	for i, b := range l.boxes {
		if i > 0 {
			w.arrow(b.x+b.w/2, b.y-gap, b.y)
		}
		w.box(b)
	}
}

// arrow draws an arrow from a node down to the next one.
func (w *svgWriter) arrow(x, from, to int) {
	w.add(`<path class="e" d="M%d %dV%d"/><path class="a" d="M%d %dl-4 -8h8z"/>`, x, from, to-6, x, to)
}

func (w *svgWriter) box(b *box) {
	n := b.node
	href := ""
	if w.options.Link != nil {
		href = safeLink(w.options.Link(n))
	}
	class := kindClass(n)
	if n.When != "" {
		class += " if"
	}
	w.add(`<g class="%s" data-action="%s">`, class, escape(n.Action))
	if href != "" {
		w.add(`<a href="%s">`, escape(href))
	}
	w.add(`<title>%s</title>`, escape(n.describe()))
	radius := 8
	if n.Shape == Start {
		radius = b.h / 2 //nolint:mnd // a stadium
	}
	w.add(`<rect class="n" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, b.x, b.y, b.w, b.h, radius)
	if n.Shape != Start {
		w.add(`<rect class="bar" x="%d" y="%d" width="4" height="%d" rx="2"/>`, b.x+1, b.y+barInset, b.head-2*barInset)
	}
	for i, t := range b.lines {
		x := b.x + padding
		if n.Shape == Start {
			x = b.x + (b.w-textWidth(t))/2
		}
		w.text(x, b.y+firstLine+i*lineHeight, t.class, t.text)
	}
	if href != "" {
		w.add(`</a>`)
	}
	for _, l := range b.lanes {
		if l.framed {
			w.add(`<rect class="l" x="%d" y="%d" width="%d" height="%d" rx="6"/>`, l.x, l.y, l.w, l.h)
		}
		w.lane(l)
	}
	if w.options.Mark != nil {
		w.mark(b, w.options.Mark(n))
	}
	w.add(`</g>`)
}

// mark draws a badge over the upper right corner of a node.
func (w *svgWriter) mark(b *box, m Mark) {
	if m.Text == "" {
		return
	}
	const height = 18
	width := widthOf(m.Text, "d") + height
	x := b.x + b.w - width + height/2
	w.add(`<g class="m %s"><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, escape(string(m.Tone)), escape(first(m.Hint, m.Text)), x, b.y-height/2, width, height, height/2)
	w.text(x+height/2, b.y+4, "", m.Text)
	w.add(`</g>`)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (w *svgWriter) text(x, y int, class, text string) {
	w.add(`<text class="%s" x="%d" y="%d">%s</text>`, class, x, y, escape(text))
}

// maxHint bounds each text of a node's description in characters.
const maxHint = 1000

// describe returns the text of a node, of which the drawing shows a part. It has the
// beginning of texts that fill a page, such as the body of a mail.
func (n *Node) describe() string {
	out := []string{n.Kind + " " + n.Title}
	if n.Shape == Start {
		out[0] = "trigger " + n.Kind
	}
	if n.Detail != "" {
		out = append(out, cut(n.Detail, maxHint))
	}
	if n.When != "" {
		out = append(out, cut("when "+n.When, maxHint))
	}
	for _, note := range n.Notes {
		out = append(out, cut(note, maxHint))
	}
	if n.File != "" {
		out = append(out, fmt.Sprintf("%s:%d", n.File, n.Line))
	}
	return strings.Join(out, "\n")
}

// kindClass returns the class of a kind, which decides its colour: what calls
// others, what tells people, what keeps data, and what ends the run.
func kindClass(n *Node) string {
	switch n.Kind {
	case "email", "slack", "jira_issue", "jira_comment", "jira_transition":
		return "say"
	case "sql", "file", "exec", "tag":
		return "keep"
	case "respond", "stop":
		return "end"
	case "log", "transform", "branch", "parallel", "loop", "delay":
		return "ctl"
	}
	if n.Shape == Start {
		return "start"
	}
	return "out"
}

// safeLink returns an address that runs no script, "" for another one.
func safeLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return address
}

// barInset is the distance of the coloured bar from the edges of the texts.
const barInset = 8

// escape makes a text safe for XML, in elements and attributes.
func escape(text string) string {
	var b bytes.Buffer
	if xml.EscapeText(&b, []byte(text)) != nil {
		return ""
	}
	return b.String()
}
