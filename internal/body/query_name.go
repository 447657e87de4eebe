package body

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	maxQueryDepth = 5             // levels below the first part of a name
	maxListIndex  = MaxParameters // an object has the indexes above it as names
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

// splitName splits the name of a parameter: a[b][c] has the segments a, b and c.
// An empty name has none.
func splitName(name string, depth int) []segment {
	open := strings.IndexByte(name, '[')
	if open < 0 {
		open = len(name)
	}
	first, rest := name[:open], name[open:]
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
		segments = append(segments, segment{name: rest[1:end], bracketed: true})
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
