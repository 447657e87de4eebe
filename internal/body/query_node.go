package body

import "slices"

// node is a value of a query during parsing: a leaf, a list or an object. Nodes
// merge as in qs, whose arrays may have gaps and whose objects remember whether
// they were an array.
type node struct {
	kind    nodeKind
	leaf    any
	items   []*node          // of a list; nil is a gap
	members map[string]*node // of an object

	// overfull marks an object that replaces a list with too many items;
	// lastIndex is its highest index.
	overfull  bool
	lastIndex float64

	// clashed marks a list that holds a leaf and an object of one name, or the
	// object that replaced such a list; lastClash is its highest index.
	clashed   bool
	lastClash float64
}

type nodeKind int

const (
	leafNode nodeKind = iota
	listNode
	objectNode
)

func newLeaf(v any) *node                  { return &node{kind: leafNode, leaf: v} }
func newList(items ...*node) *node         { return &node{kind: listNode, items: items} }
func newObject() *node                     { return &node{kind: objectNode, members: map[string]*node{}} }
func (n *node) isEmptyLeaf() bool          { return n.kind == leafNode && n.leaf == "" }
func (n *node) hasMember(name string) bool { _, ok := n.members[name]; return ok }
func (n *node) markOverfull(i float64)     { n.overfull, n.lastIndex = true, i }
func (n *node) markClashed(i float64)      { n.clashed, n.lastClash = true, i }

// nestNode wraps a node in the segments of its name.
func nestNode(segments []segment, inner *node) *node {
	for _, step := range slices.Backward(segments) {
		if step.isPush() {
			if !inner.overfull {
				inner = newList().joinLists(inner)
			}
			continue
		}
		index, ok := step.parseIndex()
		if ok && index < maxQueryItems {
			items := make([]*node, int(index)+1)
			items[int(index)] = inner
			inner = newList(items...)
			continue
		}
		outer := newObject()
		outer.members[step.name] = inner
		if ok {
			outer.markOverfull(index)
		}
		inner = outer
	}
	return inner
}

// joinLists joins the items of two nodes in one list.
func (n *node) joinLists(other *node) *node {
	if n.overfull {
		for _, item := range other.asItems() {
			n.appendItem(item)
		}
		return n
	}
	joined := newList(append(n.asItems(), other.asItems()...)...)
	if len(joined.items) > maxQueryItems {
		return joined.toOverfull()
	}
	return joined
}

// asItems returns the items of a list. Another node is its own only item.
func (n *node) asItems() []*node {
	if n.kind == listNode {
		return slices.Clone(n.items)
	}
	return []*node{n}
}

// appendItem adds an item to an overfull list.
func (n *node) appendItem(item *node) {
	n.lastIndex++
	n.members[formatIndex(n.lastIndex)] = item
}

// toObject converts a list to an object.
func (n *node) toObject() *node {
	object := newObject()
	for i, item := range n.items {
		if item != nil {
			object.members[formatIndex(float64(i))] = item
		}
	}
	return object
}

// toOverfull converts a list with too many items to an object.
func (n *node) toOverfull() *node {
	object := n.toObject()
	object.markOverfull(float64(len(n.items) - 1))
	return object
}

// countItems returns the number of items of a list without its gaps.
func (n *node) countItems() int {
	count := 0
	for _, item := range n.items {
		if item != nil {
			count++
		}
	}
	return count
}

// buildValue returns the value of the node. It removes the gaps of lists.
func (n *node) buildValue() any {
	switch n.kind {
	case listNode:
		items := make([]any, 0, len(n.items))
		for _, item := range n.items {
			if item != nil {
				items = append(items, item.buildValue())
			}
		}
		return items
	case objectNode:
		members := make(map[string]any, len(n.members))
		for name, member := range n.members {
			members[name] = member.buildValue()
		}
		return members
	default:
		return n.leaf
	}
}
