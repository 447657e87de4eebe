package control

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// bind takes the called flow and checks the input against it.
func (a *Flow) bind(f *flow.Flow) hcl.Diagnostics {
	a.flow = f
	diags := a.checkMembers(f)
	if check := f.Parts.Call.Check; check != nil && a.input.IsSet() {
		given, _ := a.input.Expr().KnownParts().UnmarkDeep()
		for _, fault := range check(given) {
			diags = append(diags, a.wrongInput(f, fault))
		}
	}
	a.scope = nil // needed no longer
	return diags
}

// checkMembers checks the names of the members, and that no required
// member is null.
func (a *Flow) checkMembers(f *flow.Flow) hcl.Diagnostics {
	allowed := f.Parts.Call.Inputs.List()
	given, all := a.inputMembers()
	if len(allowed) == 0 || !all {
		return nil
	}
	var diags hcl.Diagnostics
	names := make([]string, len(allowed))
	for i, in := range allowed {
		names[i] = in.Name
		at := slices.IndexFunc(given, func(m member) bool { return m.name == in.Name })
		switch {
		case !in.Required:
		case at >= 0 && given[at].value != nil:
			diags = append(diags, a.scope.CheckNotNull(given[at].value)...)
		case at < 0:
			diags = append(diags, diag.Error(a.inputRange(), "Missing input", fmt.Sprintf("Flow %q needs %q in its input.", f.Name, in.Name)))
		}
	}
	for _, m := range given {
		if !slices.Contains(names, m.name) {
			diags = append(diags, diag.Error(m.at, "Unknown input", fmt.Sprintf("Flow %q has no variable %q. It has %s.%s",
				f.Name, m.name, strings.Join(names, ", "), diag.DidYouMean(m.name, names))))
		}
	}
	return diags
}

// inputMembers lists the members of the input: as they are written in an object,
// or by the type of another expression. all is false if they are not known.
func (a *Flow) inputMembers() (members []member, all bool) {
	if members, all = objectMembers(a.written); all || !a.input.IsSet() {
		return members, all
	}
	t := a.input.Expr().KnownParts().Type()
	if !t.IsObjectType() {
		return nil, false
	}
	for _, name := range slices.Sorted(maps.Keys(t.AttributeTypes())) {
		members = append(members, member{name: name, at: a.written.Range()})
	}
	return members, true
}

// inputRange returns the place of the input, or of the flow's name if there is
// none.
func (a *Flow) inputRange() hcl.Range {
	if a.written == nil {
		return a.at
	}
	return a.written.Range()
}

// wrongInput returns the finding for a fault of the input.
func (a *Flow) wrongInput(f *flow.Flow, fault flow.Fault) *hcl.Diagnostic {
	at, name := a.written, "input"
	for _, step := range splitPointer(fault.Pointer) {
		at = findWritten(at, step)
		name += "." + step
	}
	return diag.Error(at.Range(), "Wrong input", fmt.Sprintf("Flow %q refuses %s: %s%s", f.Name, name, fault.Detail, suggestConversion(fault)))
}

// suggestConversion says how to give a value the type that a fault expects.
func suggestConversion(fault flow.Fault) string {
	switch {
	case fault.Actual == "nothing" || fault.Actual == "null" || fault.Actual == fault.Expected:
		return ""
	case fault.Expected == "string" && (fault.Actual == "number" || fault.Actual == "boolean"):
		return fmt.Sprintf(" It is a %s: write tostring(…), or put it in quotes.", fault.Actual)
	case fault.Expected == "number" && fault.Actual == "string":
		return " It is a string: write tonumber(…), or a number without quotes."
	case fault.Expected == "boolean" && fault.Actual == "string":
		return " It is a string: compare it, or write true or false without quotes."
	case slices.Contains([]string{"string", "number", "boolean", "array", "object"}, fault.Expected):
		return fmt.Sprintf(" It is of type %s.", fault.Actual)
	}
	return ""
}

// splitPointer returns the steps of a JSON pointer (RFC 6901).
func splitPointer(pointer string) []string {
	if pointer == "" {
		return nil
	}
	steps := strings.Split(pointer[1:], "/")
	for i, s := range steps {
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(s)
	}
	return steps
}

// findWritten returns the expression of a member or element of an object or list
// that is written out in the file, and e itself if there is none.
func findWritten(e hclsyntax.Expression, step string) hclsyntax.Expression {
	if list, ok := e.(*hclsyntax.TupleConsExpr); ok {
		if i, err := strconv.Atoi(step); err == nil && i < len(list.Exprs) {
			return list.Exprs[i]
		}
		return e
	}
	members, _ := objectMembers(e)
	for _, m := range members {
		if m.name == step {
			return m.value
		}
	}
	return e
}

// member is a member of an object expression.
type member struct {
	name  string
	at    hcl.Range            // of the name
	value hclsyntax.Expression // nil if it is not written out
}

// objectMembers lists the members of an object that is written out in the
// file. all is false if the expression has another form or a computed name.
func objectMembers(e hclsyntax.Expression) (members []member, all bool) {
	if e == nil {
		return nil, true
	}
	o, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil, false
	}
	for _, item := range o.Items {
		name, diags := item.KeyExpr.Value(nil)
		if diags.HasErrors() || !name.IsWhollyKnown() || name.IsNull() || name.Type() != cty.String {
			return nil, false
		}
		members = append(members, member{ctytext.String(name), item.KeyExpr.Range(), item.ValueExpr})
	}
	return members, true
}
