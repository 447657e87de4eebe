package expr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/value"
)

// WithEnum returns a scope in which a member of root has one of the values in
// each run, or is null. A comparison with another value is a finding.
func (s *Scope) WithEnum(root, name string, values []any) *Scope {
	c := *s
	c.enums = s.enums.with(root+"."+name, values)
	return &c
}

// checkEnum reports a comparison of a name with a literal that is not in the enum
// of the name.
func (c *operandCheck) checkEnum(named, literal hclsyntax.Expression, op *hclsyntax.Operation) {
	name, values := c.scope.enumOf(named)
	if given, outside := c.isOutside(literal, values); outside {
		c.addError(literal, "Value outside of enum", fmt.Sprintf("This is always %s: %s is never %s. %s",
			resultIfDifferent(op), name, formatLiteral(given), suggestEnumValue(given, values)))
	}
}

// checkContains reports the literals of contains([…], NAME) that are not in the enum
// of the name.
func (c *operandCheck) checkContains(call *hclsyntax.FunctionCallExpr) {
	if len(call.Args) != 2 {
		return
	}
	name, values := c.scope.enumOf(call.Args[1])
	list, ok := call.Args[0].(*hclsyntax.TupleConsExpr)
	if !ok {
		return
	}
	for _, literal := range list.Exprs {
		if given, outside := c.isOutside(literal, values); outside {
			c.addError(literal, "Value outside of enum", fmt.Sprintf("%s is never %s. %s",
				name, formatLiteral(given), suggestEnumValue(given, values)))
		}
	}
}

// isOutside reports whether an expression is a literal that is not among the values
// of an enum, and returns its value.
func (c *operandCheck) isOutside(literal hclsyntax.Expression, enum []any) (given any, outside bool) {
	if len(enum) == 0 || !IsLiteral(literal) {
		return nil, false
	}
	v, ok := c.evalOperand(literal)
	if !ok || !v.IsWhollyKnown() || v.IsNull() {
		return nil, false
	}
	given, err := FromCty(v)
	return given, err == nil && !slices.ContainsFunc(enum, func(e any) bool { return value.Equal(e, given) })
}

// enumOf returns the name that an expression reads and the values of its enum.
func (s *Scope) enumOf(e hclsyntax.Expression) (name string, values []any) {
	for {
		inner, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		e = inner.Expression
	}
	read, ok := e.(*hclsyntax.ScopeTraversalExpr)
	if !ok || !s.isRun(read.Traversal.RootName()) {
		return "", nil
	}
	path := memberPath(read.Traversal[1:])
	if len(path) != 1 || len(read.Traversal) != 2 {
		return "", nil
	}
	name = read.Traversal.RootName() + "." + path[0]
	return name, s.enums.get(name)
}

// resultIfDifferent returns the result of a comparison of values that differ.
func resultIfDifferent(op *hclsyntax.Operation) string {
	if op == hclsyntax.OpNotEqual {
		return "true"
	}
	return "false"
}

// suggestEnumValue returns a sentence with the value that the author most likely
// meant, or with all values if none is near.
func suggestEnumValue(given any, values []any) string {
	text, _ := given.(string)
	shown, texts := make([]string, len(values)), []string(nil)
	for i, v := range values {
		shown[i] = formatLiteral(v)
		if t, ok := v.(string); ok {
			texts = append(texts, t)
		}
	}
	if near := diag.DidYouMean(text, texts); near != "" {
		return strings.TrimSpace(near)
	}
	return fmt.Sprintf("Its enum has %s.", strings.Join(shown, ", "))
}

func formatLiteral(v any) string {
	if text, ok := v.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return value.TypeName(v)
	}
	return string(out)
}
