package body

import "slices"

// node is a value of a query during parsing: a leaf, a list or an object. Nodes
// merge as in qs, whose arrays may have gaps and whose objects remember whether
// they were an array.
type node struct {
	kind    nodeKind
	leaf    any
	items   []item           // of a list, by index, with gaps
	members map[string]*node // of an object

	// overfull marks an object that replaces a list with an index that is too
	// high; lastIndex is its highest index.
	overfull  bool
	lastIndex float64

	// clashed marks a list that holds a leaf and an object of one name, or the
	// object that replaced such a list; lastClash is its highest index.
	clashed   bool
	lastClash float64
}

// item is an item of a list. A list does not store its gaps, so that a high
// index costs no memory.
type item struct {
	index int
	node  *node
}

type nodeKind int

const (
	leafNode nodeKind = iota
	listNode
	objectNode
)

func newLeaf(v any) *node                  { return &node{kind: leafNode, leaf: v} }
func newObject() *node                     { return &node{kind: objectNode, members: map[string]*node{}} }
func (n *node) isEmptyLeaf() bool          { return n.kind == leafNode && n.leaf == "" }
func (n *node) hasMember(name string) bool { _, ok := n.members[name]; return ok }
func (n *node) markOverfull(i float64)     { n.overfull, n.lastIndex = true, i }
func (n *node) markClashed(i float64)      { n.clashed, n.lastClash = true, i }

// newList returns a list without gaps.
func newList(nodes ...*node) *node {
	list := &node{kind: listNode, items: make([]item, 0, len(nodes))}
	for _, n := range nodes {
		list.pushItem(n)
	}
	return list
}

// newItem returns a list with one item.
func newItem(index int, n *node) *node {
	return &node{kind: listNode, items: []item{{index, n}}}
}

// nestNode wraps a node in the segments of its name.
func nestNode(segments []segment, inner *node) *node {
	for _, step := range slices.Backward(segments) {
		if step.isPush() {
			if !inner.overfull {
				inner = inner.asList()
			}
			continue
		}
		index, ok := step.parseIndex()
		if ok && index <= maxListIndex {
			inner = newItem(int(index), inner)
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
		for _, item := range other.asList().items {
			n.appendItem(item.node)
		}
		return n
	}
	joined := n.asList()
	after := joined.lastItem() + 1
	for _, i := range other.asList().items {
		joined.items = append(joined.items, item{after + i.index, i.node})
	}
	return joined
}

// asList returns a list, or a list whose only item is another node.
func (n *node) asList() *node {
	if n.kind == listNode {
		return n
	}
	return newList(n)
}

// pushItem adds an item after the last index of a list.
func (n *node) pushItem(inner *node) {
	n.items = append(n.items, item{n.lastItem() + 1, inner})
}

// lastItem returns the last index of a list, -1 if it is empty.
func (n *node) lastItem() int {
	if len(n.items) == 0 {
		return -1
	}
	return n.items[len(n.items)-1].index
}

// appendItem adds an item to an overfull list.
func (n *node) appendItem(item *node) {
	n.lastIndex++
	n.members[formatIndex(n.lastIndex)] = item
}

// toObject converts a list to an object.
func (n *node) toObject() *node {
	object := newObject()
	for _, item := range n.items {
		object.members[formatIndex(float64(item.index))] = item.node
	}
	return object
}

// buildValue returns the value of the node. It removes the gaps of lists.
func (n *node) buildValue() any {
	switch n.kind {
	case listNode:
		items := make([]any, 0, len(n.items))
		for _, item := range n.items {
			items = append(items, item.node.buildValue())
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
