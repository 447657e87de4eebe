package graph

// edge is an arrow of a drawing that has no nested boxes.
type edge struct {
	from, to *Node
	label    string
	back     bool // of a loop, to its begin
}

// exit is a node from which a list continues.
type exit struct {
	from  *Node
	label string
}

// edges returns the arrows of a graph without those of on_error, and those of
// on_error.
func (g *Graph) edges() (main, fallback []edge) {
	var a, b edgeList
	a.sequence(g.Nodes, []exit{{from: g.Trigger}})
	b.sequence(g.OnError, nil)
	return a.edges, b.edges
}

type edgeList struct{ edges []edge }

// sequence connects nodes one after another, and returns where the list ends.
func (l *edgeList) sequence(nodes []*Node, from []exit) []exit {
	for _, n := range nodes {
		for _, e := range from {
			l.edges = append(l.edges, edge{from: e.from, to: n, label: e.label})
		}
		from = l.inside(n)
	}
	return from
}

// inside connects the lanes of a node, and returns where the list continues.
func (l *edgeList) inside(n *Node) []exit {
	var out []exit
	hasDefault := false
	for _, lane := range n.Lanes {
		label := lane.Title
		if lane.When != "" {
			label += ": " + lane.When
		}
		hasDefault = hasDefault || lane.Title == "default"
		ends := l.sequence(lane.Nodes, []exit{{n, label}})
		if n.Shape == Loop {
			for _, e := range ends {
				l.edges = append(l.edges, edge{e.from, n, "next", true})
			}
			continue
		}
		out = append(out, ends...)
	}
	switch {
	case n.Shape == Choice && !hasDefault:
		out = append(out, exit{n, "otherwise"})
	case n.Shape == Loop:
		out = []exit{{n, "done"}}
	case len(n.Lanes) == 0:
		out = []exit{{from: n}}
	}
	if n.Ends {
		return nil
	}
	return out
}
