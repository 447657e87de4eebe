package expr

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// mismatchDetail says why a value, known or not, can't be used where a type is
// wanted, and what to write instead; "" where it can. Of a sensitive value it
// tells the type alone.
func mismatchDetail(v cty.Value, want cty.Type, sensitive bool) string {
	if want == cty.DynamicPseudoType {
		return ""
	}
	if want == cty.Bool && v.Type() == cty.String && !v.IsKnown() {
		return notCondition(v)
	}
	_, err := convert.Convert(v, want)
	if err == nil {
		return ""
	}
	given := v.Type()
	detail := fmt.Sprintf("This must be %s, and it is %s.", typeWords(want), typeWords(given))
	switch {
	case want == cty.Bool && v.IsKnown():
		return detail + " Write true or false, without quotes."
	case want == cty.Number && given == cty.String:
		return detail + " Write a number in digits, without a unit and without quotes."
	case want == cty.Bool:
		return notCondition(v)
	case want.IsListType() && given.IsPrimitiveType():
		return detail + " Put it in brackets: [ … ]."
	case want.IsMapType() && !given.IsObjectType() && !given.IsMapType():
		return detail + " Write it as { NAME = VALUE }."
	case want == cty.String && (given.IsObjectType() || given.IsMapType()):
		return detail + " Write jsonencode(…), or name the member that is meant."
	case want == cty.String && (given.IsListType() || given.IsTupleType()):
		return detail + ` Write jsonencode(…), or join(", ", …) for a list of texts.`
	case want.IsPrimitiveType() || sensitive:
		return detail
	}
	// Of the elements and members of a list or an object the path tells which.
	return fmt.Sprintf("This must be %s: %s.", typeWords(want), err)
}

// typeWords says a type in the words of the reference, with its article.
func typeWords(t cty.Type) string {
	switch {
	case t.IsListType() && t.ElementType() == cty.String:
		return "a list of strings"
	case t.IsMapType() && t.ElementType() == cty.String:
		return "an object of strings"
	case t.IsListType() || t.IsTupleType() || t.IsSetType():
		return "a list"
	case t.IsMapType() || t.IsObjectType():
		return "an object"
	}
	return article(t.FriendlyName())
}
