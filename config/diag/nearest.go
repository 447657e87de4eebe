package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// Nearest returns the candidate that the author of name most likely meant, or ""
// if none is close. Names that differ only in case, in underscores, hyphens or
// spaces, or in a plural ("s", "ies") are nearest. Otherwise the edit distance
// decides: two swapped neighbours are one edit, and at most one edit is allowed in
// four letters, two in eight and three in longer names; a name that begins with
// the other is at most three edits away. Among equals the candidate with the
// longer common beginning wins, then the first in alphabetical order, so the
// result does not depend on the order of the candidates.
func Nearest(name string, candidates []string) string {
	var best string
	var bestScore score
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if name == "" || candidate == "" {
			continue
		}
		s, ok := rateCandidate(name, candidate)
		if ok && (best == "" || s.betterThan(bestScore)) {
			best, bestScore = candidate, s
		}
	}
	return best
}

// DidYouMean returns ` Did you mean "x"?` with a leading space, to follow a
// sentence, where x is the Nearest candidate, or "" if there is none.
func DidYouMean(name string, candidates []string) string {
	nearest := Nearest(name, candidates)
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", nearest)
}

// score measures the distance of a candidate from a name.
type score struct {
	edits     int // 0 if only the spelling differs
	looseness int // number of the comparison that found it equal; later ones ignore more
	shared    int // length of the common beginning
}

func (s score) betterThan(other score) bool {
	switch {
	case s.edits != other.edits:
		return s.edits < other.edits
	case s.looseness != other.looseness:
		return s.looseness < other.looseness
	default:
		return s.shared > other.shared
	}
}

// rateCandidate compares two names; ok is false if they are too far apart.
func rateCandidate(name, candidate string) (s score, ok bool) {
	for looseness, form := range []func(string) string{unchanged, strings.ToLower, joinWords, toSingular} {
		if form(name) == form(candidate) {
			return score{looseness: looseness}, true
		}
	}
	a, b := strings.ToLower(name), strings.ToLower(candidate)
	s = score{edits: editDistance(a, b), shared: commonPrefix(a, b)}
	if s.shared >= minBeginning && s.shared == min(len(a), len(b)) {
		s.edits = min(s.edits, maxEdits) // "warning" for "warn", "desc" for "description"
		return s, true
	}
	return s, s.edits <= allowedEdits(max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)))
}

// minBeginning is the length in bytes from which a name that begins another name
// is near to it.
const minBeginning = 4

func unchanged(name string) string { return name }

// joinWords returns the name in lower case without separators of words.
func joinWords(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

func toSingular(name string) string {
	name = joinWords(name)
	if stem, ok := strings.CutSuffix(name, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(name, "s")
}

// allowedEdits returns how many edits look like a typing error in a name of that
// many letters. One edit in one or two letters would match any name.
func allowedEdits(letters int) int {
	switch {
	case letters < 3:
		return 0
	case letters <= 4:
		return 1
	case letters <= 8:
		return 2
	default:
		return maxEdits
	}
}

const maxEdits = 3

// editDistance returns the number of edits between two names.
func editDistance(a, b string) int {
	if areSwapped([]rune(a), []rune(b)) {
		return 1
	}
	return levenshtein.Distance(a, b, nil)
}

// areSwapped reports whether b is a with two neighbouring letters exchanged.
func areSwapped(a, b []rune) bool {
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
