package diag

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Longer strings and numbers are clipped to this many characters.
const maxShown = 60

// knownValue is a reference of an expression and what it stood for.
type knownValue struct {
	Traversal string `json:"traversal"` // as written: webhook.items[0].sku
	Statement string `json:"statement"` // "is 12", "is list of string with 2 elements"
}

// valuesOf states what the references of the diagnostic's expression stood
// for, sorted, each once. Unknown values say nothing, and a value that carries
// a mark, itself or anywhere inside, may be a secret: both are left out.
func valuesOf(d *hcl.Diagnostic) []knownValue {
	values := []knownValue{}
	if d.Expression == nil || d.EvalContext == nil {
		return values
	}
	for _, reference := range d.Expression.Variables() {
		val, name, ok := resolve(reference, d.EvalContext)
		if !ok || !val.IsKnown() || val.ContainsMarked() {
			continue
		}
		values = append(values, knownValue{Traversal: name, Statement: "is " + describe(val)})
	}
	slices.SortFunc(values, func(a, b knownValue) int { return strings.Compare(a.Traversal, b.Traversal) })
	return slices.CompactFunc(values, func(a, b knownValue) bool { return a.Traversal == b.Traversal })
}

// resolve evaluates the longest part of the reference that exists: the step
// that does not is what the diagnostic is about.
func resolve(reference hcl.Traversal, ctx *hcl.EvalContext) (val cty.Value, name string, ok bool) {
	for ; len(reference) > 0; reference = reference[:len(reference)-1] {
		val, diags := reference.TraverseAbs(ctx)
		if !diags.HasErrors() {
			return val, string(hclwrite.TokensForTraversal(reference).Bytes()), true
		}
	}
	return cty.NilVal, "", false
}

// describe says what a value is: short values in full, the others by their
// type and size. The value must be known and free of marks.
func describe(val cty.Value) string {
	ty := val.Type()
	switch {
	case val.IsNull():
		return "null"
	case ty == cty.Bool:
		return strconv.FormatBool(val.True())
	case ty == cty.Number:
		return describeNumber(val)
	case ty == cty.String:
		return describeString(val.AsString())
	case ty.IsObjectType():
		return sized("object", len(ty.AttributeTypes()), "attribute")
	case ty.IsTupleType():
		return sized("tuple", ty.Length(), "element")
	case ty.IsCollectionType():
		return sized(ty.FriendlyName(), val.LengthInt(), "element")
	default:
		return ty.FriendlyName()
	}
}

func describeNumber(val cty.Value) string {
	number := val.AsBigFloat()
	if text := number.Text('f', -1); len(text) <= 25 {
		return text
	}
	return number.Text('g', 12)
}

func describeString(s string) string {
	letters := []rune(s)
	if len(letters) <= maxShown {
		return strconv.Quote(s)
	}
	return fmt.Sprintf("%s... (%d characters)", strconv.Quote(string(letters[:maxShown])), len(letters))
}

func sized(kind string, n int, part string) string {
	switch n {
	case 0:
		return "empty " + kind
	case 1:
		return fmt.Sprintf("%s with 1 %s", kind, part)
	default:
		return fmt.Sprintf("%s with %d %ss", kind, n, part)
	}
}
