package body

import "slices"

// merge merges the nodes that two parameters give one place. It may change both
// nodes; use only the returned one afterwards.
func (n *node) merge(other *node) *node {
	switch {
	case other.isEmptyLeaf():
		return n
	case other.kind == leafNode:
		return n.mergeLeaf(other)
	case n.kind == leafNode:
		return n.mergeIntoLeaf(other)
	case n.kind == listNode && other.kind == listNode:
		return n.mergeLists(other)
	case n.kind == listNode:
		object := n.toObject()
		if n.clashed {
			object.markClashed(float64(n.lastItem()))
		}
		return object.mergeMembers(other)
	case other.kind == listNode:
		return n.mergeMembers(other.toObject())
	default:
		return n.mergeMembers(other)
	}
}

// mergeLeaf merges a leaf into the node.
func (n *node) mergeLeaf(leaf *node) *node {
	switch {
	case n.kind == leafNode:
		return newList(n, leaf)
	case n.kind == listNode:
		n.pushItem(leaf)
		return n
	case n.overfull:
		n.appendItem(leaf)
		return n
	case n.clashed:
		n.lastClash++
		n.members[formatIndex(n.lastClash)] = leaf
		return n
	default:
		pair := newList(n, leaf)
		pair.markClashed(1)
		return pair
	}
}

// mergeIntoLeaf merges a list or object into a leaf. The leaf comes first.
func (n *node) mergeIntoLeaf(other *node) *node {
	if other.overfull {
		shifted := newObject()
		shifted.members["0"] = n
		for name, member := range other.members {
			index, _ := parseIndex(name)
			shifted.members[formatIndex(index+1)] = member
		}
		shifted.markOverfull(other.lastIndex + 1)
		return shifted
	}
	return n.joinLists(other)
}

// mergeLists merges two lists item by item. If two items do not merge, the
// second one is appended.
func (n *node) mergeLists(other *node) *node {
	for _, item := range other.items {
		at, found := slices.BinarySearchFunc(n.items, item.index, compareIndex)
		switch {
		case !found:
			n.items = slices.Insert(n.items, at, item)
		case n.items[at].node.kind != leafNode && item.node.kind != leafNode:
			n.items[at].node = n.items[at].node.merge(item.node)
		default:
			n.pushItem(item.node)
		}
	}
	return n
}

func compareIndex(i item, index int) int { return i.index - index }

// mergeMembers merges two objects name by name.
func (n *node) mergeMembers(other *node) *node {
	for name, member := range other.members {
		if n.hasMember(name) {
			n.members[name] = n.members[name].merge(member)
		} else {
			n.members[name] = member
		}
		index, isIndex := parseIndex(name)
		if n.clashed && isIndex {
			n.lastClash = max(n.lastClash, index)
		}
		if n.overfull && isIndex {
			n.lastIndex = max(n.lastIndex, index)
		}
	}
	if other.overfull && !n.overfull {
		n.markOverfull(n.highestIndex(other.lastIndex))
	}
	return n
}

// highestIndex returns the highest index among the names, or minimum if that is
// higher.
func (n *node) highestIndex(minimum float64) float64 {
	for name := range n.members {
		if index, ok := parseIndex(name); ok {
			minimum = max(minimum, index)
		}
	}
	return minimum
}
