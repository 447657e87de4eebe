package expr

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/jq"
)

// jqPrograms holds the programs of the jq() calls in an expression, by text.
type jqPrograms map[string]*Program

// compileJQCalls compiles the program of every jq() call in an expression.
func (s *Scope) compileJQCalls(o outline) (jqPrograms, hcl.Diagnostics) {
	var out jqPrograms
	var diags hcl.Diagnostics
	for _, call := range o.callsOf("jq") {
		if len(call.Args) != 2 {
			diags = append(diags, diag.Error(call.Range(), "Wrong number of arguments", "jq takes two arguments: a program and its input."))
			continue
		}
		p, moreDiags := s.compileJQ(call.Args[0])
		if diags = append(diags, moreDiags...); moreDiags.HasErrors() {
			continue
		}
		if out == nil {
			out = jqPrograms{}
		}
		out[s.programText(call)] = p
	}
	return out, diags
}

func (j jqPrograms) anyVolatile() bool {
	for _, p := range j {
		if p != nil && p.volatile {
			return true
		}
	}
	return false
}

// refsIn lists the names of the run that the programs called in e read.
func (j jqPrograms) refsIn(s *Scope, o outline) []Ref { return j.refsOutside(s, o, nil) }

// refsOutside is refsIn without the calls that lie in one of the ranges.
func (j jqPrograms) refsOutside(s *Scope, o outline, ranges []hcl.Range) []Ref {
	if len(j) == 0 {
		return nil
	}
	var out []Ref
	for _, call := range o.callsOf("jq") {
		if p := j[s.programText(call)]; p != nil && !liesInside(call.Range(), ranges) {
			out = append(out, p.Refs()...)
		}
	}
	return out
}

func (s *Scope) programText(call *hclsyntax.FunctionCallExpr) string {
	v, _ := s.evaluateAtLoad(call.Args[0], s.static)
	v, _ = v.Unmark()
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return ""
	}
	return v.AsString()
}

// bindFunction returns the function jq bound to a run, nil if there are no
// programs. Its results count as values that enter the evaluation. At load env is
// nil and steps is how many steps all calls may take.
func (j jqPrograms) bindFunction(ctx context.Context, env Env, in *intake, steps *int) map[string]function.Function {
	if len(j) == 0 {
		return nil
	}
	return map[string]function.Function{"jq": newJQFunction(func(program string, input any) (any, error) {
		p, ok := j[program]
		if !ok {
			return nil, fmt.Errorf("the program was not compiled at load")
		}
		out, err := p.run(ctx, env, input, steps)
		if errors.Is(err, jq.ErrNoMemory) {
			in.guard.err = &memoryShortage{"runs a jq program that makes values"}
			return nil, in.guard.err
		}
		if err != nil || len(out) == 0 {
			return nil, err
		}
		return out[0], in.take(out[0])
	})}
}

// newJQFunction returns jq(program, value). It returns the first value that the
// program yields, or null if the program yields none.
func newJQFunction(run func(program string, input any) (any, error)) function.Function {
	return function.New(&function.Spec{
		Description: "jq runs a jq program on a value and returns the first result.",
		Params: []function.Parameter{
			{Name: "program", Type: cty.String},
			{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true},
		},
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if run == nil || !args[1].IsWhollyKnown() {
				return cty.DynamicVal, nil
			}
			input, err := jqInput(args[1])
			if err != nil {
				return cty.NilVal, err
			}
			out, err := run(args[0].AsString(), input)
			if err != nil {
				return cty.NilVal, err
			}
			return ToCty(out)
		},
	})
}

// jqInput returns the value that a call of jq passes to its program.
func jqInput(v cty.Value) (any, error) {
	if v.Type().Equals(outsideType) {
		return *v.EncapsulatedValue().(*any), nil
	}
	return FromCty(v)
}
