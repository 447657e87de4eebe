package diag

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// maxShown is the number of characters to which longer strings and numbers are cut.
const maxShown = 60

// knownValue is a reference of an expression and its value.
type knownValue struct {
	Traversal string `json:"traversal"` // as written: webhook.items[0].sku
	Statement string `json:"statement"` // "is 12", "is list of string with 2 elements"
}

// valuesOf returns the values of the references in the diagnostic's expression,
// sorted, each once. It omits unknown values, and values that carry a mark
// themselves or anywhere inside, because they may be secrets.
func valuesOf(d *hcl.Diagnostic) []knownValue {
	values := []knownValue{}
	if d.Expression == nil || d.EvalContext == nil {
		return values
	}
	for _, reference := range d.Expression.Variables() {
		val, name, ok := resolveReference(reference, d.EvalContext)
		if !ok || !val.IsKnown() || val.ContainsMarked() {
			continue
		}
		values = append(values, knownValue{Traversal: name, Statement: "is " + describeValue(val)})
	}
	slices.SortFunc(values, func(a, b knownValue) int { return strings.Compare(a.Traversal, b.Traversal) })
	return slices.CompactFunc(values, func(a, b knownValue) bool { return a.Traversal == b.Traversal })
}

// resolveReference evaluates the longest part of the reference that exists. The
// diagnostic is about the next step, which does not exist.
func resolveReference(reference hcl.Traversal, ctx *hcl.EvalContext) (val cty.Value, name string, ok bool) {
	for ; len(reference) > 0; reference = reference[:len(reference)-1] {
		val, diags := reference.TraverseAbs(ctx)
		if !diags.HasErrors() {
			return val, string(hclwrite.TokensForTraversal(reference).Bytes()), true
		}
	}
	return cty.NilVal, "", false
}

// describeValue describes a value: a short value in full, any other by its type
// and size. The value must be known and free of marks.
func describeValue(val cty.Value) string {
	ty := val.Type()
	switch {
	case val.IsNull():
		return "null"
	case ty == cty.Bool:
		return strconv.FormatBool(val.True())
	case ty == cty.Number:
		return describeNumber(val)
	case ty == cty.String:
		return describeString(ctytext.String(val))
	case ty.IsObjectType():
		return describeSize("object", len(ty.AttributeTypes()), "attribute")
	case ty.IsTupleType():
		return describeSize("tuple", ty.Length(), "element")
	case ty.IsCollectionType():
		return describeSize(ty.FriendlyName(), val.LengthInt(), "element")
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

func describeSize(kind string, n int, part string) string {
	switch n {
	case 0:
		return "empty " + kind
	case 1:
		return fmt.Sprintf("%s with 1 %s", kind, part)
	default:
		return fmt.Sprintf("%s with %d %ss", kind, n, part)
	}
}
