package expr

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/webhook-gateway/gateway/config/diag"
)

// checkOperands reports mistakes that HCL accepts because it converts values
// and does not check unknown ones: comparisons of different types, conditions
// that are no bools, lists and objects inside a text. It skips operands that
// depend on the variable of a for.
func (s *Scope) checkOperands(e hcl.Expression) hcl.Diagnostics {
	n, ok := e.(hclsyntax.Node)
	if !ok || !isComposite(e) {
		return nil
	}
	c := &operandCheck{scope: s}
	visitNodes(n, c.checkNode)
	return c.diags
}

type operandCheck struct {
	scope *Scope
	diags hcl.Diagnostics
}

func (c *operandCheck) addError(e hclsyntax.Expression, summary, detail string) {
	c.diags = append(c.diags, diag.Error(e.Range(), summary, detail))
}

func (c *operandCheck) checkNode(n hclsyntax.Node) {
	switch e := n.(type) {
	case *hclsyntax.BinaryOpExpr:
		c.checkBinary(e)
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			c.checkCondition(e.Val)
		}
	case *hclsyntax.ConditionalExpr:
		c.checkCondition(e.Condition)
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			c.checkTemplatePart(part)
		}
	case *hclsyntax.FunctionCallExpr:
		switch e.Name {
		case "coalesce":
			c.checkCoalesce(e)
		case "contains":
			c.checkContains(e)
		}
	}
}

// evalOperand returns the value of an operand without its marks. It returns
// false if its type is not known. Of an operator it returns an unknown value of the
// type: the time for the operands of operands would be quadratic.
func (c *operandCheck) evalOperand(e hclsyntax.Expression) (v cty.Value, ok bool) {
	if t, ok := operatorType(e); ok {
		return cty.UnknownVal(t), true
	}
	v, diags := c.scope.evaluateAtLoad(e, c.scope.checkContext())
	if diags.HasErrors() || v.Type() == cty.DynamicPseudoType {
		return cty.DynamicVal, false
	}
	v, _ = v.UnmarkDeep()
	return v, true
}

func (c *operandCheck) checkBinary(e *hclsyntax.BinaryOpExpr) {
	switch e.Op {
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
		c.checkComparison(e)
	case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
		c.checkCondition(e.LHS)
		c.checkCondition(e.RHS)
	case hclsyntax.OpAdd:
		for _, operand := range []hclsyntax.Expression{e.LHS, e.RHS} {
			if v, ok := c.evalOperand(operand); ok && isNonNumericText(operand, v) {
				c.addError(e, "Text in a sum", "The operator + adds numbers. Join texts in a template: \"${a} and ${b}\".")
				return
			}
		}
	}
}

// isNonNumericText reports whether an operand is always a text that spells no
// number.
func isNonNumericText(e hclsyntax.Expression, v cty.Value) bool {
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && len(t.Parts) > 1 {
		return true
	}
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return false
	}
	_, err := cty.ParseNumberVal(v.AsString())
	return err != nil
}

func (c *operandCheck) checkComparison(e *hclsyntax.BinaryOpExpr) {
	if c.checkTypes(e) {
		c.checkEnum(e.LHS, e.RHS, e.Op)
		c.checkEnum(e.RHS, e.LHS, e.Op)
	}
}

// checkTypes reports a comparison of different types. It returns false then.
func (c *operandCheck) checkTypes(e *hclsyntax.BinaryOpExpr) bool {
	a, okA := c.evalOperand(e.LHS)
	b, okB := c.evalOperand(e.RHS)
	if !okA || !okB || a.Type().Equals(b.Type()) || !a.Type().IsPrimitiveType() && !b.Type().IsPrimitiveType() {
		return true
	}
	c.addError(e, "Comparison of different types", fmt.Sprintf("This is always %s: on the left stands %s and on the right %s. %s",
		resultIfDifferent(e.Op), describeType(a.Type()), describeType(b.Type()), suggestSameType(a, b)))
	return false
}

// suggestSameType says how to bring two values to one type.
func suggestSameType(a, b cty.Value) string {
	if a.Type() == cty.String {
		a, b = b, a
	}
	switch {
	case b.Type() != cty.String || !a.Type().IsPrimitiveType():
		return "Compare a part of it, or convert one side."
	case !b.IsKnown() || b.IsNull():
		return fmt.Sprintf("Convert the text: %s(…).", strings.ToLower("to"+a.Type().FriendlyName()))
	case a.Type() == cty.Bool && (b.AsString() == "true" || b.AsString() == "false"):
		return fmt.Sprintf("Write %s without quotes.", b.AsString())
	}
	if _, err := cty.ParseNumberVal(b.AsString()); err == nil && a.Type() == cty.Number {
		return fmt.Sprintf("Write %s without quotes.", b.AsString())
	}
	return fmt.Sprintf("Compare it with %s.", describeType(a.Type()))
}

// checkCoalesce reports arguments that coalesce always skips. Behind one as the
// last argument the call fails if all others are null or empty.
func (c *operandCheck) checkCoalesce(e *hclsyntax.FunctionCallExpr) {
	for i, arg := range e.Args {
		v, diags := arg.Value(nil)
		if diags.HasErrors() || !v.IsNull() && !v.RawEquals(cty.StringVal("")) {
			continue
		}
		if i < len(e.Args)-1 {
			c.diags = append(c.diags, diag.Warning(arg.Range(), "Argument without effect", "coalesce skips null and empty texts. Remove this argument."))
			continue
		}
		written := "null"
		if !v.IsNull() {
			written = `""`
		}
		c.addError(arg, "Argument without effect", fmt.Sprintf(
			"coalesce skips null and empty texts, so it never returns this one, and fails if the other arguments are null or empty. Write a condition: value != null ? value : %s.", written))
	}
}

// checkCondition refuses a condition that is no bool. It refuses texts of a run
// too, although they could be "true" or "false".
func (c *operandCheck) checkCondition(e hclsyntax.Expression) {
	if t, ok := operatorType(e); ok && t == cty.Bool {
		return
	}
	v, ok := c.evalOperand(e)
	if !ok {
		return
	}
	if detail := explainNonCondition(v); detail != "" {
		c.addError(e, "Not a condition", detail)
	}
}

// operatorType returns the type of the results of an operator.
func operatorType(e hclsyntax.Expression) (cty.Type, bool) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return operatorType(e.Expression)
	case *hclsyntax.BinaryOpExpr:
		return e.Op.Type, true
	case *hclsyntax.UnaryOpExpr:
		return e.Op.Type, true
	}
	return cty.NilType, false
}

func explainNonCondition(v cty.Value) string {
	t := v.Type()
	switch {
	case t == cty.Bool || t == cty.DynamicPseudoType || v.IsKnown() && v.IsNull():
		return ""
	case t == cty.String && v.IsKnown() && (v.AsString() == "true" || v.AsString() == "false"):
		return ""
	case t == cty.String:
		return "A condition is true or false, but this is a text. Compare it: == \"yes\", or != null to check whether it is set."
	case t == cty.Number:
		return "A condition is true or false, but this is a number. Compare it, for example > 0."
	}
	return fmt.Sprintf("A condition is true or false, but this is %s. Test a property of it, for example length(…) > 0.", describeType(t))
}

func (c *operandCheck) checkTemplatePart(e hclsyntax.Expression) {
	switch e.(type) {
	case *hclsyntax.LiteralValueExpr, *hclsyntax.TemplateJoinExpr:
		return
	}
	v, ok := c.evalOperand(e)
	if !ok || v.Type().IsPrimitiveType() {
		return
	}
	fix := textCure("object")
	if t := v.Type(); t.IsListType() || t.IsTupleType() || t.IsSetType() {
		fix = textCure("list")
	}
	if v.Type().IsCapsuleType() {
		fix = "only the attribute connection of an action takes it, as a whole"
	}
	c.addError(e, "Not a text", fmt.Sprintf("This is %s, which can't stand inside a text: %s.", describeType(v.Type()), fix))
}

// explainMismatch says why a value, known or not, can't be converted to want and
// how to fix it. It returns "" if the value can be converted. Of a sensitive
// value it names only the type.
func explainMismatch(v cty.Value, want cty.Type, sensitive bool) string {
	if want == cty.DynamicPseudoType {
		return ""
	}
	if want == cty.Bool && v.Type() == cty.String && !v.IsKnown() {
		return explainNonCondition(v)
	}
	_, err := convert.Convert(v, want)
	if err == nil {
		return ""
	}
	given := v.Type()
	detail := fmt.Sprintf("This must be %s, but it is %s.", describeType(want), describeType(given))
	switch {
	case want == cty.Bool && v.IsKnown():
		return detail + " Write true or false, without quotes."
	case want == cty.Number && given == cty.String:
		return detail + " Write a number in digits, without a unit and without quotes."
	case want == cty.Bool:
		return explainNonCondition(v)
	case want.IsListType() && given.IsPrimitiveType():
		return detail + " Put it in brackets: [ … ]."
	case want.IsMapType() && !given.IsObjectType() && !given.IsMapType():
		return detail + " Write it as { NAME = VALUE }."
	case want == cty.String && (given.IsObjectType() || given.IsMapType()):
		return detail + " Write jsonencode(…), or name one member."
	case want == cty.String && (given.IsListType() || given.IsTupleType()):
		return detail + ` Write jsonencode(…), or join(", ", …) for a list of texts.`
	case want.IsPrimitiveType() || sensitive:
		return detail
	}
	// The error names the element or member that is wrong.
	return fmt.Sprintf("This must be %s: %s.", describeType(want), err)
}

// describeType names a type in the words of the reference, with an article.
func describeType(t cty.Type) string {
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
