package expr

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/value"
)

// maxElements is how many values of a run one evaluation by HCL may hold. A
// number of two bytes in a body takes about 400 bytes as a value of cty, and
// twice that while a function works on it.
const maxElements = funcs.MaxElements

// elementBudget counts the values that enter an evaluation by HCL.
type elementBudget struct{ left int }

// take counts a value and all values inside it. It returns false if they are more
// than may still enter. It stops counting then, so that a huge value costs no
// time.
func (b *elementBudget) take(v any) bool {
	b.left--
	switch v := v.(type) {
	case []any:
		return b.takeList(v)
	case map[string]any:
		return b.takeObject(v)
	case value.Object:
		return b.takeObject(v.Map())
	case []string:
		b.left -= len(v)
	case map[string]string:
		b.left -= len(v)
	}
	return b.left >= 0
}

func (b *elementBudget) takeList(list []any) bool {
	if len(list) > b.left {
		b.left = -1
		return false
	}
	for _, e := range list {
		if !b.take(e) {
			return false
		}
	}
	return true
}

func (b *elementBudget) takeObject(m map[string]any) bool {
	if len(m) > b.left {
		b.left = -1
		return false
	}
	for _, e := range m {
		if !b.take(e) {
			return false
		}
	}
	return true
}

// takeTree counts the leaves of an expression. It returns the name of the leaf
// that does not fit, "" if all fit.
func (b *elementBudget) takeTree(t *tree, name string) string {
	if t.isWhole {
		if !b.take(t.whole) {
			return name
		}
		return ""
	}
	for _, member := range slices.Sorted(maps.Keys(t.members)) {
		inner := member
		if name != "" {
			inner = name + "." + member
		}
		if full := b.takeTree(t.members[member], inner); full != "" {
			return full
		}
	}
	return ""
}

// tooManyElements is the finding for an expression that reads too many values.
func tooManyElements(at hcl.Range, name string) *hcl.Diagnostic {
	return diag.Error(at, "Too many values", fmt.Sprintf(
		"An expression may read at most %d values of a run, and %s exceeds this. Let a jq program read it instead: jq(\"$%s | …\", null), or the action \"transform\".", maxElements, name, name))
}

const (
	manyElements = 1000 // up to which an evaluation takes no memory of the budget
	perElement   = 500  // bytes of a value of cty, and of those that functions make of it
)

// intake counts the values that enter an evaluation by HCL. It takes their memory
// of the budget of the process, and stops the evaluation if there is not enough.
type intake struct {
	elements elementBudget
	env      Env
	guard    *loopGuard
	values   int   // that were counted
	unpaid   int64 // bytes that were counted and not taken
	frees    []func()
}

// newIntake returns the intake of an evaluation for a run, or at load without env
// and guard.
func newIntake(env Env, guard *loopGuard) *intake {
	return &intake{elements: elementBudget{left: maxElements}, env: env, guard: guard}
}

// takeTree counts the leaves of an expression. It returns the name of the leaf
// that does not fit, "" if all fit.
func (in *intake) takeTree(t *tree) string {
	if full := in.elements.takeTree(t, ""); full != "" {
		return full
	}
	in.addBytes(maxElements-in.elements.left, perElement)
	return ""
}

// takeIfFits counts a value if the evaluation may hold it.
func (in *intake) takeIfFits(v any) bool {
	after := in.elements
	if !after.take(v) {
		return false
	}
	in.addBytes(in.elements.left-after.left, perElement)
	in.elements = after
	return true
}

// take counts the result of a function.
func (in *intake) take(v any) error {
	before := in.elements.left
	if !in.elements.take(v) {
		return fmt.Errorf("the result has more than %d values, the most that one expression may hold; let the program compute more of it", maxElements)
	}
	in.addBytes(before-in.elements.left, perElement)
	if in.guard != nil {
		return in.guard.err
	}
	return nil
}

// addTexts counts the texts that an evaluation reads.
func (in *intake) addTexts(length int64) {
	if length > smallTexts {
		in.unpaid += perByte * length
	}
}

// addBytes counts the memory of values and takes it, unless it is small.
func (in *intake) addBytes(values int, bytes int64) {
	in.values += values
	in.unpaid += int64(values) * bytes
	m, ok := in.env.(MemoryTaker)
	if !ok || in.unpaid <= manyElements*perElement || in.guard.err != nil {
		return
	}
	free, ok := m.TakeMemory(in.unpaid)
	if !ok {
		in.guard.err = &memoryShortage{fmt.Sprintf("reads %d values", in.values)}
		return
	}
	in.unpaid = 0
	in.frees = append(in.frees, free)
}

// free gives the memory back.
func (in *intake) free() {
	for _, free := range in.frees {
		free()
	}
}

const noMemorySummary = "Not enough memory"

// memoryShortage stops an evaluation for whose values there is no memory now.
type memoryShortage struct {
	needs string // what needs the memory
}

// Error returns the message.
func (m *memoryShortage) Error() string {
	return fmt.Sprintf("the expression %s, which do not fit into the memory budget now (limits.memory)", m.needs)
}

func (m *memoryShortage) finding(at hcl.Range) *hcl.Diagnostic {
	d := diag.Error(at, noMemorySummary, diag.Sentence(m))
	d.Extra = noMemory{}
	return d
}

// noMemory marks the finding of a memoryShortage.
type noMemory struct{}
