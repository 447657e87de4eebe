// Package graph draws flows: [Of] turns a compiled flow into a tree of nodes, and
// [SVG], [Mermaid] and [DOT] write trees.
//
// A page that shows a flow or a run needs three calls:
//
//	o, err := outline.Of(f, config.Files, outline.Options{Redact: redact})
//	g := graph.Of(o)
//	text := graph.SVG([]*graph.Graph{g}, graph.Options{
//		Mark: func(n *graph.Node) graph.Mark { … },   // "failed here: 3", by n.Action
//		Link: func(n *graph.Node) string { … },       // where a click leads
//		Inline: true,                                 // the page has graph.CSS itself
//	})
//
// The texts of nodes come from flow files; every writer escapes them.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/outline"
)

// Graph is a flow as a tree: the trigger, then nodes one after another.
type Graph struct {
	Flow    string // its name
	Title   string // the name that people read
	Enabled bool
	Trigger *Node
	Nodes   []*Node
	OnError []*Node // nil if the flow has no on_error
}

// Shape is how a node and the lanes inside it are drawn.
type Shape int

// Plain is an action without others inside. A Choice runs one of its lanes, Parallel
// all of them at once, and a Loop its one lane again and again. Group is a list of
// another kind.
const (
	Plain Shape = iota
	Start       // the trigger
	Choice
	Parallel
	Loop
	Group
)

// Node is the trigger, an action, or an action that holds others.
type Node struct {
	Action string // the name of the action, which is unique in its flow; "" for the trigger
	Flow   string // the name of the flow
	Kind   string // of the action or trigger, such as "http"
	Title  string
	Detail string   // the main setting, such as the URL; may be ""
	When   string   // the condition of the action; "" if it always runs
	Notes  []string // "3 attempts", "failure is ignored"
	Shape  Shape
	Lanes  []Lane
	Ends   bool   // the run does not continue behind the node
	Calls  string // the name of the flow that the action calls; ""
	File   string // place in the files
	Line   int
}

// Lane is a list of nodes inside a node.
type Lane struct {
	Title string // "case enough", "default"; "" for the only lane
	When  string // the condition of a case
	Nodes []*Node
}

// Of returns the graph of a flow.
func Of(f *outline.Flow) *Graph {
	g := &Graph{Flow: f.Name, Title: f.Label, Enabled: f.Enabled, Trigger: triggerNode(f), Nodes: nodes(f, f.Actions)}
	if f.OnError != nil {
		g.OnError = nodes(f, f.OnError)
	}
	return g
}

// Walk calls visit for each node of the graph, the trigger first.
func (g *Graph) Walk(visit func(*Node)) {
	visit(g.Trigger)
	walk(g.Nodes, visit)
	walk(g.OnError, visit)
}

func walk(list []*Node, visit func(*Node)) {
	for _, n := range list {
		visit(n)
		for _, l := range n.Lanes {
			walk(l.Nodes, visit)
		}
	}
}

func triggerNode(f *outline.Flow) *Node {
	t := f.Trigger
	n := &Node{Flow: f.Name, Kind: f.Kind, Title: f.Kind, Shape: Start, File: t.Range().Filename, Line: t.Range().Start.Line}
	n.Detail = firstPlain(t, "path", "cron", "tag")
	if h := f.Parts.HTTP; h != nil && f.Kind == "webhook" {
		path := h.Route.Path
		if path == "" {
			path = "/webhooks/…"
		}
		n.Detail = strings.Join(h.Route.Methods, ", ") + " " + path
		n.Notes = append(n.Notes, map[bool]string{true: "async", false: "sync"}[h.Async])
		n.Notes = append(n.Notes, authNote(t))
		n.When = t.Text("when")
	}
	if f.Kind == "flow" {
		n.Detail = "called by other flows"
	}
	if r := f.Retry; r != nil {
		n.Notes = append(n.Notes, fmt.Sprintf("%d attempts of the run", r.Attempts))
	}
	return n
}

func authNote(t outline.Block) string {
	var kinds []string
	for _, b := range t.Blocks("auth") {
		if !slices.Contains(kinds, b.Label()) {
			kinds = append(kinds, b.Label())
		}
	}
	if len(kinds) == 0 {
		return "no sign-in"
	}
	return "auth " + strings.Join(kinds, " or ")
}

func nodes(f *outline.Flow, list []outline.Action) []*Node {
	out := make([]*Node, 0, len(list))
	for i := range list {
		out = append(out, node(f, &list[i]))
	}
	return out
}

func node(f *outline.Flow, a *outline.Action) *Node {
	n := &Node{
		Action: a.Name, Flow: f.Name, Kind: a.Kind, Title: a.Name, Detail: detail(a), When: a.Block.Text("when"), Notes: notes(a.Step),
		Ends: !a.When.IsSet() && a.Traits.Ending != flow.FallsThrough, File: a.Range.Filename, Line: a.Range.Start.Line,
	}
	if c := a.Traits.Callee; c != nil {
		n.Calls = c.Name
	}
	for _, l := range a.Lanes {
		lane := Lane{Title: strings.TrimSpace(l.Kind + " " + l.Name), When: laneCondition(&l), Nodes: nodes(f, l.Actions)}
		n.Lanes = append(n.Lanes, lane)
	}
	n.Shape = shapeOf(a, n)
	if n.Shape == Parallel {
		n.splitLanes()
	}
	return n
}

func laneCondition(l *outline.Lane) string {
	if l.Kind == "" {
		return "" // the block is that of the action
	}
	return l.Block.Text("when")
}

func shapeOf(a *outline.Action, n *Node) Shape {
	switch {
	case len(n.Lanes) == 0:
		return Plain
	case a.Kind == "branch":
		return Choice
	case a.Kind == "parallel":
		return Parallel
	case a.Traits.Iterates:
		return Loop
	}
	return Group
}

// splitLanes gives each action of a parallel a lane of its own.
func (n *Node) splitLanes() {
	var out []Lane
	for _, l := range n.Lanes {
		for _, inner := range l.Nodes {
			out = append(out, Lane{Nodes: []*Node{inner}})
		}
	}
	n.Lanes = out
}

// notes says what a step has beside its own settings.
func notes(s *flow.Step) []string {
	var out []string
	if s.Retry != nil {
		out = append(out, fmt.Sprintf("%d attempts", s.Retry.Attempts))
	}
	if s.OnError == flow.Continue {
		out = append(out, "failure is ignored")
	}
	if s.Traits.Callee != nil && !s.Traits.Callee.Waits {
		out = append(out, "does not wait")
	}
	return out
}

// detail returns the main setting of an action as the file writes it.
func detail(a *outline.Action) string {
	b := a.Block
	switch a.Kind {
	case "http", "webhook":
		method := b.Plain("method")
		return strings.TrimSpace(method + " " + b.Plain("url"))
	case "loop":
		if b.Has("while") {
			return "while " + b.Text("while")
		}
		return "for each " + b.Text("for_each")
	case "parallel":
		if b.Has("max") {
			return "at most " + b.Text("max") + " at once"
		}
		return "all at once"
	case "branch":
		return ""
	case "delay":
		return "for " + b.Plain("for")
	case "flow":
		return b.Plain("flow")
	}
	return firstPlain(b, "status", "subject", "channel", "text", "summary", "path", "message", "query", "exec", "command", "jq", "add", "remove", "url", "to")
}

// firstPlain returns the first attribute that a block sets.
func firstPlain(b outline.Block, names ...string) string {
	for _, name := range names {
		if b.Has(name) {
			return b.Plain(name)
		}
	}
	return ""
}
