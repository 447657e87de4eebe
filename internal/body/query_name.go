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
	maxQueryItems = 20 // items of a list; a longer list becomes an object
)

// segment is one part of the name of a parameter.
type segment struct {
	name      string
	bracketed bool // in brackets, so it may be an index
}

// isPush reports whether the segment is [], which adds an item to a list.
func (s segment) isPush() bool { return s.bracketed && s.name == "" }

// parseIndex returns the index of the segment, and whether it is one.
func (s segment) parseIndex() (float64, bool) {
	if !s.bracketed {
		return 0, false
	}
	return parseIndex(s.name)
}

// splitName splits the name of a parameter: a[b].c has the segments a, b and c.
// It returns none if the parameter must be dropped.
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
			// An unclosed or too deep rest is one name, including its brackets.
			return append(segments, segment{name: rest, bracketed: true})
		}
		inner := rest[1:end]
		if isPrototypeName(inner) {
			return nil
		}
		segments = append(segments, segment{name: inner, bracketed: true})

		// Text between a closing and the next opening bracket is ignored.
		rest = fromBracket(rest[end+1:])
	}
	return segments
}

// fromBracket returns the text from its first opening bracket.
func fromBracket(text string) string {
	if at := strings.IndexByte(text, '['); at >= 0 {
		return text[at:]
	}
	return ""
}

// closingBracket returns the offset of the bracket that closes the first
// character of text, or a negative number.
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

// dotsToBrackets replaces a.b by a[b]. A dot at the end or within brackets is
// part of a name.
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

// nameLength returns the length of the name after a dot.
func nameLength(text string) int {
	if end := strings.IndexAny(text, ".["); end >= 0 {
		return end
	}
	return len(text)
}

// isPrototypeName reports whether each JavaScript object has a property with the
// name (ECMA-262, Properties of the Object Prototype Object).
func isPrototypeName(name string) bool {
	switch name {
	case "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
		"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
		"toLocaleString", "toString", "valueOf":
		return true
	}
	return false
}

// parseIndex parses an array index of JavaScript: a whole number that does not
// change when it is read as a float64 and written again.
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

// sortNames sorts names in the order in which JavaScript lists the properties of
// an object: array indexes by value, then the other names in their old order.
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
