package value

import (
	"slices"
	"unicode/utf8"
)

// Members is an object whose names are known in advance, and which is only written:
// [Append] and [EncodedSize] take it in the place of an object. It saves a map and the
// order of its names.
type Members struct {
	Names  *Names
	Values []any // in the order of the names
}

// Names are the names of an object in the order in which they are written.
type Names struct {
	sorted []string
	quoted []string // with the colon behind them
}

// NewNames returns names in their order, and the place of each there. It reports false
// for names that need more care: two that are equal, or one that is not UTF-8.
func NewNames(names []string) (n *Names, places []int, ok bool) {
	n = &Names{sorted: slices.Sorted(slices.Values(names))}
	for i, name := range n.sorted {
		if !utf8.ValidString(name) || i > 0 && name == n.sorted[i-1] {
			return nil, nil, false
		}
		n.quoted = append(n.quoted, string(appendString(nil, name))+":")
	}
	for _, name := range names {
		places = append(places, slices.Index(n.sorted, name))
	}
	return n, places, true
}

func (m *Members) appendTo(dst []byte, depth int) ([]byte, error) {
	if depth >= MaxDepth {
		return nil, errTooDeep
	}
	dst = append(dst, '{')
	for i, name := range m.Names.quoted {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, name...)
		var err error
		if dst, err = appendValue(dst, m.Values[i], depth+1); err != nil {
			return nil, addPathElement(m.Names.sorted[i], err)
		}
	}
	return append(dst, '}'), nil
}

func (m *Members) encodedSize() int64 {
	n := int64(markSize)
	for i, name := range m.Names.sorted {
		n += markSize + int64(len(name)) + EncodedSize(m.Values[i])
	}
	return n
}
