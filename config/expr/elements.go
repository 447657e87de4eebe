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

// noMemory marks the finding of an evaluation for which there is no memory now.
type noMemory struct{}

// takeMemory takes memory for the values of an evaluation until free is called.
func takeMemory(env Env, count int, at hcl.Range) (free func(), diags hcl.Diagnostics) {
	m, ok := env.(MemoryTaker)
	if !ok || count <= manyElements {
		return func() {}, nil
	}
	free, ok = m.TakeMemory(int64(count) * perElement)
	if !ok {
		d := diag.Error(at, "Not enough memory", fmt.Sprintf(
			"The expression reads %d values, which do not fit into the memory budget now (limits.memory).", count))
		d.Extra = noMemory{}
		return nil, hcl.Diagnostics{d}
	}
	return free, nil
}
