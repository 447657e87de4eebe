package graph

import (
	"fmt"
	"strings"
)

// DOT writes flows in the language of Graphviz.
func DOT(graphs []*Graph) string {
	w := &dotWriter{ids: newIDs(graphs)}
	w.b.WriteString("digraph flows {\n  compound=true;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=11];\n")
	for i, g := range graphs {
		w.graph(g, i+1)
	}
	for _, c := range w.ids.calls(graphs) {
		fmt.Fprintf(&w.b, "  %s -> %s [label=\"calls\", style=dashed];\n", w.ids.of[c.from], w.ids.of[c.to])
	}
	w.b.WriteString("}\n")
	return w.b.String()
}

type dotWriter struct {
	b   strings.Builder
	ids ids
}

func (w *dotWriter) graph(g *Graph, number int) {
	fmt.Fprintf(&w.b, "  subgraph cluster_%d {\n    label=%s;\n", number, dotText(g.Title))
	w.node(g.Trigger)
	w.list(g.Nodes)
	w.b.WriteString("  }\n")
	main, fallback := g.edges()
	if len(g.OnError) > 0 {
		fmt.Fprintf(&w.b, "  subgraph cluster_%d_on_error {\n    label=\"on_error\";\n    color=red;\n", number)
		w.list(g.OnError)
		w.b.WriteString("  }\n")
		fmt.Fprintf(&w.b, "  %s -> %s [label=\"failure\", style=dashed, color=red, ltail=cluster_%d, lhead=cluster_%d_on_error];\n",
			w.ids.of[g.Trigger], w.ids.of[g.OnError[0]], number, number)
	}
	for _, e := range append(main, fallback...) {
		attributes := "label=" + dotText(e.label)
		if e.back {
			attributes += ", constraint=false"
		}
		fmt.Fprintf(&w.b, "  %s -> %s [%s];\n", w.ids.of[e.from], w.ids.of[e.to], attributes)
	}
}

func (w *dotWriter) list(nodes []*Node) {
	for _, n := range nodes {
		w.node(n)
		for _, l := range n.Lanes {
			w.list(l.Nodes)
		}
	}
}

func (w *dotWriter) node(n *Node) {
	shape := map[Shape]string{Start: "oval", Choice: "diamond", Parallel: "parallelogram", Group: "folder", Loop: "hexagon"}[n.Shape]
	if shape != "" {
		shape = ", shape=" + shape
	}
	fmt.Fprintf(&w.b, "    %s [label=%s%s];\n", w.ids.of[n], dotText(n.lines()...), shape)
}

// dotText quotes lines as a text of DOT.
func dotText(lines ...string) string {
	quoted := make([]string, len(lines))
	for i, line := range lines {
		quoted[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(line)
	}
	return `"` + strings.Join(quoted, `\n`) + `"`
}
