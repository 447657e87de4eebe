package body

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	maxQueryDepth = 5  // levels below the first part of a name
	maxQueryItems = 20 // items of a list; what has more becomes an object
)

// segment is one step of a parameter's name.
type segment struct {
	name      string
	bracketed bool // stood in brackets, so may be an index
}

// isPush reports whether the segment is [], which adds an item to a list.
func (s segment) isPush() bool { return s.bracketed && s.name == "" }

// index returns the index that the segment is, and whether it is one.
func (s segment) index() (float64, bool) {
	if !s.bracketed {
		return 0, false
	}
	return parseIndex(s.name)
}

// splitName splits a parameter's name: a[b].c has the steps a, b and c. It
// returns none if the parameter is to be dropped.
func splitName(name string, depth int) []segment {
	name = dotsToBrackets(name)
	open := strings.IndexByte(name, '[')
	if open < 0 {
		open = len(name)
	}
	first, rest := name[:open], name[open:]
	if isPrototypeName(first) {
		return nil
	}
	var segments []segment
	if first != "" {
		segments = append(segments, segment{name: first})
	}
	for level := 0; rest != ""; level++ {
		end := closingBracket(rest)
		if end < 0 || level == depth {
			// What is never closed or too deep is one name, brackets and all.
			return append(segments, segment{name: rest, bracketed: true})
		}
		inner := rest[1:end]
		if isPrototypeName(inner) {
			return nil
		}
		segments = append(segments, segment{name: inner, bracketed: true})

		// Text between a closing and the next opening bracket is no part of
		// the name.
		rest = fromBracket(rest[end+1:])
	}
	return segments
}

// fromBracket returns what text holds from its first opening bracket on.
func fromBracket(text string) string {
	if at := strings.IndexByte(text, '['); at >= 0 {
		return text[at:]
	}
	return ""
}

// closingBracket returns where the bracket that text begins with is closed, or
// a negative number.
func closingBracket(text string) int {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '[':
			open++
		case ']':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// dotsToBrackets makes a[b] of a.b. A dot that nothing follows, and one within
// brackets, is part of a name.
func dotsToBrackets(name string) string {
	if strings.IndexByte(name, '.') < 0 {
		return name
	}
	var b strings.Builder
	open := 0
	for name != "" {
		step := 1
		if name[0] == '.' && open == 0 {
			step += nameLength(name[1:])
		}
		if step > 1 {
			b.WriteString("[" + name[1:step] + "]")
		} else {
			b.WriteByte(name[0])
		}
		switch name[0] {
		case '[':
			open++
		case ']':
			open = max(0, open-1)
		}
		name = name[step:]
	}
	return b.String()
}

// nameLength returns how long the name after a dot is.
func nameLength(text string) int {
	if end := strings.IndexAny(text, ".["); end >= 0 {
		return end
	}
	return len(text)
}

// isPrototypeName reports whether every JavaScript object has a property of
// that name (ECMA-262, Properties of the Object Prototype Object).
func isPrototypeName(name string) bool {
	switch name {
	case "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
		"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
		"toLocaleString", "toString", "valueOf":
		return true
	}
	return false
}

// parseIndex reads an index as JavaScript writes one: a whole number that is
// the same when it is read as a float64 and written again.
func parseIndex(text string) (float64, bool) {
	if text == "" || len(text) > 21 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	index, err := strconv.ParseFloat(text, 64)
	if err != nil || formatIndex(index) != text {
		return 0, false
	}
	return index, true
}

func formatIndex(index float64) string {
	return strconv.FormatFloat(index, 'f', -1, 64)
}

// sortNames brings names into the order in which JavaScript lists the
// properties of an object: array indexes by size, then the others as they came.
func sortNames(names []string) {
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(nameRank(a), nameRank(b))
	})
}

func nameRank(name string) float64 {
	if index, ok := parseIndex(name); ok && index < math.MaxUint32 {
		return index
	}
	return math.MaxUint32
}
