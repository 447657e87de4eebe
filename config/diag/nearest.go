package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// Nearest returns the candidate that someone who wrote name most likely meant,
// or "" when none is close. Names that differ only in case, in underscores,
// hyphens or spaces, or in a plural ("s", "ies") count as nearest; otherwise the
// edit distance decides, with two swapped neighbours as one edit, and at most one
// edit in four letters, two in eight and three in longer names; one name that
// begins with the other is at most three edits away. Among equals
// the candidate with the longer common beginning wins, then the one that sorts
// first, so the answer does not depend on the order of the candidates.
func Nearest(name string, candidates []string) string {
	var best string
	var bestScore score
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if name == "" || candidate == "" {
			continue
		}
		s, ok := rate(name, candidate)
		if ok && (best == "" || s.betterThan(bestScore)) {
			best, bestScore = candidate, s
		}
	}
	return best
}

// DidYouMean returns ` Did you mean "x"?` with a leading space, to be put after
// a sentence, where x is the Nearest candidate; "" when there is none.
func DidYouMean(name string, candidates []string) string {
	nearest := Nearest(name, candidates)
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", nearest)
}

// score says how far a candidate is from a name.
type score struct {
	edits  int // 0: the same name but for its spelling
	detour int // how much had to be ignored to find it the same
	shared int // letters both begin with
}

func (s score) betterThan(other score) bool {
	switch {
	case s.edits != other.edits:
		return s.edits < other.edits
	case s.detour != other.detour:
		return s.detour < other.detour
	default:
		return s.shared > other.shared
	}
}

// rate compares two names; ok is false when they are too far apart.
func rate(name, candidate string) (s score, ok bool) {
	for detour, form := range []func(string) string{exact, strings.ToLower, joined, singular} {
		if form(name) == form(candidate) {
			return score{detour: detour}, true
		}
	}
	a, b := strings.ToLower(name), strings.ToLower(candidate)
	s = score{edits: distance(a, b), shared: commonPrefix(a, b)}
	if s.shared >= beginning && s.shared == min(len(a), len(b)) {
		s.edits = min(s.edits, mostEdits) // "warning" for "warn", "desc" for "description"
		return s, true
	}
	return s, s.edits <= allowedEdits(max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)))
}

// A name that another one begins with counts as near from this many bytes on.
const beginning = 4

func exact(name string) string { return name }

// joined returns the name in lower case without what separates its words.
func joined(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

func singular(name string) string {
	name = joined(name)
	if stem, ok := strings.CutSuffix(name, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(name, "s")
}

// allowedEdits returns how many edits still look like a slip in a name of that
// many letters. One letter of one or two would match anything.
func allowedEdits(letters int) int {
	switch {
	case letters < 3:
		return 0
	case letters <= 4:
		return 1
	case letters <= 8:
		return 2
	default:
		return mostEdits
	}
}

const mostEdits = 3

// distance is the number of edits between two names.
func distance(a, b string) int {
	if swapped([]rune(a), []rune(b)) {
		return 1
	}
	return levenshtein.Distance(a, b, nil)
}

// swapped reports whether b is a with two neighbouring letters exchanged.
func swapped(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
