package body

import "slices"

// node is a value of a query while it is put together: a leaf, a list or an
// object. How nodes merge follows qs, whose arrays can have gaps and whose
// objects remember whether they were an array.
type node struct {
	kind    nodeKind
	leaf    any
	items   []*node          // of a list; nil is a gap
	members map[string]*node // of an object

	// spilled marks an object that is a list with too many items; lastIndex is
	// the highest of its indexes.
	spilled   bool
	lastIndex float64

	// clashed marks a list, or what became of it, that was made because a leaf
	// met an object under one name; lastClash is the highest of its indexes.
	clashed   bool
	lastClash float64
}

type nodeKind int

const (
	leafNode nodeKind = iota
	listNode
	objectNode
)

func newLeaf(v any) *node             { return &node{kind: leafNode, leaf: v} }
func newList(items ...*node) *node    { return &node{kind: listNode, items: items} }
func newObject() *node                { return &node{kind: objectNode, members: map[string]*node{}} }
func (n *node) isEmptyLeaf() bool     { return n.kind == leafNode && n.leaf == "" }
func (n *node) has(name string) bool  { _, ok := n.members[name]; return ok }
func (n *node) markSpilled(i float64) { n.spilled, n.lastIndex = true, i }
func (n *node) markClashed(i float64) { n.clashed, n.lastClash = true, i }

// nest wraps a leaf, or the leaves of one name, in the steps of that name.
func nest(segments []segment, inner *node) *node {
	for _, step := range slices.Backward(segments) {
		if step.isPush() {
			if !inner.spilled {
				inner = newList().combine(inner)
			}
			continue
		}
		index, ok := step.index()
		if ok && index < maxQueryItems {
			items := make([]*node, int(index)+1)
			items[int(index)] = inner
			inner = newList(items...)
			continue
		}
		outer := newObject()
		outer.members[step.name] = inner
		if ok {
			outer.markSpilled(index)
		}
		inner = outer
	}
	return inner
}

// combine joins what n and other hold in one list.
func (n *node) combine(other *node) *node {
	if n.spilled {
		for _, item := range other.listed() {
			n.push(item)
		}
		return n
	}
	joined := newList(append(n.listed(), other.listed()...)...)
	if len(joined.items) > maxQueryItems {
		return joined.spill()
	}
	return joined
}

// listed returns the items of a list, and anything else as the only item.
func (n *node) listed() []*node {
	if n.kind == listNode {
		return slices.Clone(n.items)
	}
	return []*node{n}
}

// push adds an item to a spilled list.
func (n *node) push(item *node) {
	n.lastIndex++
	n.members[formatIndex(n.lastIndex)] = item
}

// toObject makes an object of a list.
func (n *node) toObject() *node {
	object := newObject()
	for i, item := range n.items {
		if item != nil {
			object.members[formatIndex(float64(i))] = item
		}
	}
	return object
}

// spill makes the object that a list with too many items is.
func (n *node) spill() *node {
	object := n.toObject()
	object.markSpilled(float64(len(n.items) - 1))
	return object
}

// count returns how many items a list has, gaps left out.
func (n *node) count() int {
	count := 0
	for _, item := range n.items {
		if item != nil {
			count++
		}
	}
	return count
}

// value returns the finished value. Gaps of lists close.
func (n *node) value() any {
	switch n.kind {
	case listNode:
		items := make([]any, 0, len(n.items))
		for _, item := range n.items {
			if item != nil {
				items = append(items, item.value())
			}
		}
		return items
	case objectNode:
		members := make(map[string]any, len(n.members))
		for name, member := range n.members {
			members[name] = member.value()
		}
		return members
	default:
		return n.leaf
	}
}
