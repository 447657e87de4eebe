package input

import (
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxFaults is the number of faults that one answer lists. Without this limit
// a body of a million wrong elements would get an answer of a hundred times its
// size.
const MaxFaults = 100

// maxRecordedFaults is the number of faults of one request that the history lists.
const maxRecordedFaults = 10

// maxLoggedFaults is the number of faults of one request that the log lists.
const maxLoggedFaults = 5

// Faults are the missing and wrong values of one request.
type Faults struct {
	List  []flow.Fault // at most MaxFaults
	Total int          // includes the faults beyond MaxFaults

	// Recorded are the first faults as log and history have them: without names of
	// members of sensitive values, and without text of the request.
	Recorded []flow.Fault
}

// Summary says how many values are wrong.
func (f *Faults) Summary() string {
	switch {
	case f.Total == 1:
		return "One value is missing or wrong."
	case f.Total > len(f.List):
		return fmt.Sprintf("%d values are missing or wrong; the first %d are listed.", f.Total, len(f.List))
	}
	return fmt.Sprintf("%d values are missing or wrong.", f.Total)
}

// Error lists the first faults, for the log. Of a value that is sensitive it has no
// names of members.
func (f Faults) Error() string {
	var logged []string
	for _, r := range f.Recorded[:min(len(f.Recorded), maxLoggedFaults)] {
		logged = append(logged, fmt.Sprintf("%s %s: %s", r.In, r.Pointer, strings.TrimSuffix(r.Detail, ".")))
	}
	text := strings.Join(logged, "; ")
	if f.Total > maxLoggedFaults {
		text += fmt.Sprintf("; and %d more", f.Total-maxLoggedFaults)
	}
	return text
}

// Checker collects the faults of one request. It tracks the place of the value
// that is being checked.
type Checker struct {
	// HidesPart, if set, reports whether a part of the request holds values of
	// sensitive variables.
	HidesPart func(part string) bool

	part   string // part of the request
	steps  []Step // from that part to the value
	shown  int    // how many of the steps the log may show; -1 for all
	format Format

	faults Faults
}

// Format is how a value was sent.
type Format int

const (
	// FormatJSON is a value of its JSON type.
	FormatJSON Format = iota
	// FormatText is text, which may spell a number or boolean.
	FormatText
	// FormatForm is text of a form or query, in which browsers send fields that were
	// left empty, and check boxes as "on".
	FormatForm
)

// NewChecker returns a checker for the values of one request.
func NewChecker() *Checker { return &Checker{} }

// Faults returns the faults that were found.
func (c *Checker) Faults() Faults { return c.faults }

// startAt moves to a place in a part of the request.
func (c *Checker) startAt(part string, steps []Step, format Format) {
	// The steps are those of the variable, so that enter must copy them.
	c.part, c.steps, c.shown, c.format = part, slices.Clip(steps), -1, format
}

// hideBelow keeps the names of members below the current place out of the log.
func (c *Checker) hideBelow() { c.shown = len(c.steps) }

func (c *Checker) hides(part string) bool { return c.HidesPart != nil && c.HidesPart(part) }

func (c *Checker) enter(s Step) { c.steps = append(c.steps, s) }
func (c *Checker) leave()       { c.steps = c.steps[:len(c.steps)-1] }

// addFault records a fault of the current value.
func (c *Checker) addFault(detail, expected, actual string) {
	c.addLoggedFault(detail, detail, expected, actual)
}

// addLoggedFault is addFault for a detail that the log has in another form.
func (c *Checker) addLoggedFault(detail, logged, expected, actual string) {
	c.faults.Total++
	if len(c.faults.Recorded) < maxRecordedFaults {
		place := c.steps
		if c.shown >= 0 {
			place = place[:min(c.shown, len(place))]
		}
		c.faults.Recorded = append(c.faults.Recorded, flow.Fault{Pointer: formatPointer(c.part, place), In: c.part, Detail: logged})
	}
	if len(c.faults.List) < MaxFaults {
		c.faults.List = append(c.faults.List, flow.Fault{
			Pointer: formatPointer(c.part, c.steps), In: c.part, Detail: detail, Expected: expected, Actual: actual,
		})
	}
}

// actualNothing is the Actual text of a fault whose value is missing.
const actualNothing = "nothing"

// isMissing reports whether a fault is about a value that is missing or null.
func isMissing(f flow.Fault) bool {
	return f.Actual == actualNothing || f.Actual == value.TypeName(nil)
}

// addMissing records that a required value is missing, or null if present.
func (c *Checker) addMissing(t *Type, present bool) {
	actual := actualNothing
	if present {
		actual = value.TypeName(nil)
	}
	c.addFault("A value is required here.", t.jsonName(), actual)
}

// addMismatch records a value of the wrong type.
func (c *Checker) addMismatch(t *Type, v any) {
	c.addFault(fmt.Sprintf("This must be %s.", withArticle(t.jsonName())), t.jsonName(), value.TypeName(v))
}

// detailCount begins the detail of a fault about the number of elements.
const detailCount = "This must have exactly"

// addWrongCount records a list with the wrong number of elements.
func (c *Checker) addWrongCount(want, got int) {
	expected := formatCount(want, "element")
	c.addFault(fmt.Sprintf("%s %s.", detailCount, expected), expected, formatCount(got, "element"))
}

// What a bound expects begins so.
const (
	expectedMin = "at least "
	expectedMax = "at most "
)

func (c *Checker) addTooSmall(limit, actual string) {
	c.addFault("This must be "+expectedMin+limit+".", expectedMin+limit, actual)
}

func (c *Checker) addTooLarge(limit, actual string) {
	c.addFault("This must be "+expectedMax+limit+".", expectedMax+limit, actual)
}

// formatCount writes a number and its noun: "1 element", "2 elements".
func formatCount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func withArticle(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an " + noun
	}
	return "a " + noun
}

// describeFault writes a fault of a value that stands in a configuration file.
func describeFault(f flow.Fault) string {
	if f.Pointer == "" {
		return f.Detail
	}
	return "At " + f.Pointer + ": " + f.Detail
}
