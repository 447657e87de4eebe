package input

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxFaults is how many faults one answer lists. Without a bound a body of a
// million wrong elements would make an answer of a hundred times its size.
const MaxFaults = 100

// Faults collects what is wrong with the values of one request.
type Faults struct {
	List  []flow.Fault
	Total int // those beyond MaxFaults included
}

// Checker checks the values of one request and knows where it stands in them.
type Checker struct {
	in    string // part of the request
	steps []Step // from there to the value at hand
	loose bool   // the values are texts that stand for numbers and other values

	found Faults
}

// NewChecker returns a checker for the values of one request.
func NewChecker() *Checker { return &Checker{steps: make([]Step, 0, 8)} }

// Faults returns what was found.
func (c *Checker) Faults() Faults { return c.found }

// begin turns to a place in a part of the request.
func (c *Checker) begin(in string, steps []Step, loose bool) {
	c.in, c.steps, c.loose = in, append(c.steps[:0], steps...), loose
}

func (c *Checker) enter(s Step) { c.steps = append(c.steps, s) }
func (c *Checker) leave()       { c.steps = c.steps[:len(c.steps)-1] }

// fault notes that the value at hand is wrong.
func (c *Checker) fault(detail, expected, actual string) {
	c.found.Total++
	if len(c.found.List) < MaxFaults {
		c.found.List = append(c.found.List, flow.Fault{
			Pointer: pointer(c.in, c.steps), In: c.in, Detail: detail, Expected: expected, Actual: actual,
		})
	}
}

// nothing is what came where a value is missing.
const nothing = "nothing"

// missing notes that there is no value where one must be.
func (c *Checker) missing(t *Type, present bool) {
	actual := nothing
	if present {
		actual = value.TypeName(nil)
	}
	c.fault("A value is required here.", t.json(), actual)
}

// mismatch notes a value of the wrong type.
func (c *Checker) mismatch(t *Type, v any) {
	c.fault(fmt.Sprintf("This must be %s.", article(t.json())), t.json(), value.TypeName(v))
}

// wrongCount notes a list with another number of elements than must be.
func (c *Checker) wrongCount(want, got int) {
	c.fault(fmt.Sprintf("This must have exactly %s.", count(want, "element")), count(want, "element"), count(got, "element"))
}

// count writes a number of things.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func article(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an " + noun
	}
	return "a " + noun
}

// Summary tells how much is wrong.
func (f *Faults) Summary() string {
	switch {
	case f.Total == 1:
		return "One value is missing or wrong."
	case f.Total > len(f.List):
		return fmt.Sprintf("%d values are missing or wrong; the first %d are listed.", f.Total, len(f.List))
	}
	return fmt.Sprintf("%d values are missing or wrong.", f.Total)
}

// logged is how many faults of a request stand in the log.
const logged = 5

// Error lists the first faults, for the log.
func (f Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List[:min(len(f.List), logged)] {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s %s: %s", fault.In, fault.Pointer, strings.TrimSuffix(fault.Detail, "."))
	}
	if f.Total > logged {
		fmt.Fprintf(&b, "; and %d more", f.Total-logged)
	}
	return b.String()
}

// atPlace says a fault of a value that stands in a file.
func atPlace(f flow.Fault) string {
	if f.Pointer == "" {
		return f.Detail
	}
	return "At " + f.Pointer + ": " + f.Detail
}
