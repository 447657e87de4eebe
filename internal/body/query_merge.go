package body

// merge brings together what two parameters say about one place. The node may
// be changed, and is not used on; what it returns stands in its stead.
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
			object.markClashed(float64(len(n.items) - 1))
		}
		return object.mergeMembers(other)
	case other.kind == listNode:
		return n.mergeMembers(other.toObject())
	default:
		return n.mergeMembers(other)
	}
}

// mergeLeaf adds a leaf.
func (n *node) mergeLeaf(leaf *node) *node {
	switch {
	case n.kind == leafNode:
		return newList(n, leaf)
	case n.kind == listNode:
		full := n.count() >= maxQueryItems
		n.items = append(n.items, leaf)
		if full {
			return n.spill()
		}
		return n
	case n.spilled:
		n.push(leaf)
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

// mergeIntoLeaf puts a leaf before a list or object.
func (n *node) mergeIntoLeaf(other *node) *node {
	if other.spilled {
		shifted := newObject()
		shifted.members["0"] = n
		for name, member := range other.members {
			index, _ := parseIndex(name)
			shifted.members[formatIndex(index+1)] = member
		}
		shifted.markSpilled(other.lastIndex + 1)
		return shifted
	}
	return n.combine(other)
}

// mergeLists merges item by item; of two items that do not merge the second
// goes to the end.
func (n *node) mergeLists(other *node) *node {
	for i, item := range other.items {
		switch {
		case item == nil:
		case i >= len(n.items):
			n.items = append(n.items, make([]*node, i+1-len(n.items))...)
			n.items[i] = item
		case n.items[i] == nil:
			n.items[i] = item
		case n.items[i].kind != leafNode && item.kind != leafNode:
			n.items[i] = n.items[i].merge(item)
		default:
			n.items = append(n.items, item)
		}
	}
	if n.count() > maxQueryItems {
		return n.spill()
	}
	return n
}

// mergeMembers merges an object into an object, name by name.
func (n *node) mergeMembers(other *node) *node {
	for name, member := range other.members {
		if n.has(name) {
			n.members[name] = n.members[name].merge(member)
		} else {
			n.members[name] = member
		}
		index, isIndex := parseIndex(name)
		if n.clashed && isIndex {
			n.lastClash = max(n.lastClash, index)
		}
		if n.spilled && isIndex {
			n.lastIndex = max(n.lastIndex, index)
		}
	}
	if other.spilled && !n.spilled {
		n.markSpilled(n.highestIndex(other.lastIndex))
	}
	return n
}

// highestIndex returns the highest index among the names, but at least least.
func (n *node) highestIndex(least float64) float64 {
	for name := range n.members {
		if index, ok := parseIndex(name); ok {
			least = max(least, index)
		}
	}
	return least
}
