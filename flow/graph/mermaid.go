package graph

import (
	"fmt"
	"strings"
)

// Mermaid writes flows as a Mermaid flowchart.
func Mermaid(graphs []*Graph) string {
	w := &mermaidWriter{ids: newIDs(graphs)}
	w.b.WriteString("flowchart TD\n")
	for i, g := range graphs {
		w.graph(g, fmt.Sprintf("flow%d", i+1))
	}
	for _, c := range w.ids.calls(graphs) {
		fmt.Fprintf(&w.b, "  %s -. calls .-> %s\n", w.ids.of[c.from], w.ids.of[c.to])
	}
	return w.b.String()
}

type mermaidWriter struct {
	b   strings.Builder
	ids ids
}

func (w *mermaidWriter) graph(g *Graph, id string) {
	fmt.Fprintf(&w.b, "  subgraph %s[%s]\n", id, mermaidText(g.Title))
	w.node(g.Trigger, "    ")
	w.list(g.Nodes, "    ")
	w.b.WriteString("  end\n")
	main, fallback := g.edges()
	if len(g.OnError) > 0 {
		fmt.Fprintf(&w.b, "  subgraph %s_on_error[\"on_error\"]\n", id)
		w.list(g.OnError, "    ")
		w.b.WriteString("  end\n")
		fmt.Fprintf(&w.b, "  %s -. failure .-> %s_on_error\n", id, id)
	}
	for _, e := range append(main, fallback...) {
		label := ""
		if e.label != "" {
			label = "|" + mermaidText(e.label) + "|"
		}
		fmt.Fprintf(&w.b, "  %s -->%s %s\n", w.ids.of[e.from], label, w.ids.of[e.to])
	}
}

func (w *mermaidWriter) list(nodes []*Node, indent string) {
	for _, n := range nodes {
		w.node(n, indent)
		for _, l := range n.Lanes {
			w.list(l.Nodes, indent)
		}
	}
}

func (w *mermaidWriter) node(n *Node, indent string) {
	begin, end := "[", "]"
	switch n.Shape {
	case Start:
		begin, end = "([", "])"
	case Choice:
		begin, end = "{", "}"
	case Parallel, Group:
		begin, end = "[/", "/]"
	case Loop:
		begin, end = "{{", "}}"
	case Plain:
	}
	fmt.Fprintf(&w.b, "%s%s%s%s%s\n", indent, w.ids.of[n], begin, mermaidText(n.lines()...), end)
}

// mermaidText quotes lines. Characters with a meaning in Mermaid or HTML become
// entities.
func mermaidText(lines ...string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteString("<br/>")
		}
		for _, r := range line {
			if strings.ContainsRune("\"<>&#`\\;|[]{}()", r) || r < ' ' {
				fmt.Fprintf(&b, "#%d;", r)
				continue
			}
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// maxLine is the length in characters at which a line of a node is cut.
const maxLine = 60

// lines are the texts of a node in the formats without a layout of our own.
func (n *Node) lines() []string {
	out := []string{n.Title}
	if n.Kind != n.Title {
		out[0] = n.Kind + " " + n.Title
	}
	if n.Detail != "" {
		out = append(out, cut(n.Detail, maxLine))
	}
	if n.When != "" {
		out = append(out, cut("when "+n.When, maxLine))
	}
	if len(n.Notes) > 0 {
		out = append(out, cut(strings.Join(n.Notes, ", "), maxLine))
	}
	return out
}

// cut shortens a text to a number of characters.
func cut(text string, longest int) string {
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	return string(runes[:longest-1]) + "…"
}

// ids names the nodes of a drawing.
type ids struct{ of map[*Node]string }

func newIDs(graphs []*Graph) ids {
	out := ids{map[*Node]string{}}
	for _, g := range graphs {
		g.Walk(func(n *Node) { out.of[n] = fmt.Sprintf("n%d", len(out.of)+1) })
	}
	return out
}

// calls returns the arrows from actions to the flows that they call.
func (i ids) calls(graphs []*Graph) []edge {
	triggers := map[string]*Node{}
	for _, g := range graphs {
		triggers[g.Flow] = g.Trigger
	}
	var out []edge
	for _, g := range graphs {
		g.Walk(func(n *Node) {
			if to := triggers[n.Calls]; to != nil && n.Calls != "" {
				out = append(out, edge{from: n, to: to})
			}
		})
	}
	return out
}
