package actions

import (
	"context"
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// transform computes a value with jq.
type transform struct {
	program *expr.Program
	input   expr.Of[any]
}

func (t *transform) Describe(s *schema.Spec) {
	s.Doc = "Computes a value with a [jq](https://jqlang.org/manual/) program. Inside it `$webhook`, `$action`, `$run`, `$flow` and the other names of the run have the same values as in HCL. " +
		"The names of `$webhook.headers` and of the headers of answers are found in any case. " +
		"The version of jq is that of [gojq](https://github.com/itchyny/gojq), without `input`, `debug` and modules. `fromdate` reads times as `timecmp` does, also with a fraction of a second, which it keeps, and with any offset; `strptime` reads a fraction after `%S`. " +
		"A program ends with the `timeout` of its action. It fails if it would make a text of more than 16 MiB, a list or an object of more than 1048576 elements, a number of more than 1000 digits, or results of more than 64 MiB as JSON."
	schema.Func(s, "jq", "jq", "The program. It is compiled when the file is loaded.", t.compileProgram, schema.Required())
	schema.Expr(s, &t.input, "input", "The value that the program reads as `.`. The default is the trigger's value: for a webhook its body.")
	s.Check(func(*schema.Context, *schema.Decoded) hcl.Diagnostics {
		if t.program != nil && !t.input.IsSet() {
			t.program.SetEventInput()
		}
		return nil
	})
	s.Output("value", cty.DynamicPseudoType, "The first result; null if there is none.")
	s.Output("values", cty.DynamicPseudoType, "All results, as a list.")
	s.Example(schema.Example{
		Title: "Sum up an order",
		HCL:   `jq = "{ count: (.items | length), total: ([.items[] | .qty * .price] | add) }"`,
		Input: `{"items": [{"qty": 2, "price": 40}, {"qty": 1, "price": 9.5}]}`,
		Want:  `{"value": {"count": 2, "total": 89.5}, "values": [{"count": 2, "total": 89.5}]}`,
	})
	s.Example(schema.Example{
		Title: "Read another value than the body",
		HCL:   "jq    = \"map(ascii_upcase)\"\ninput = [\"a\", webhook.body.letter]",
		Input: `{"letter": "b"}`,
		Want:  `{"value": ["A", "B"], "values": [["A", "B"]]}`,
	})
}

func (t *transform) compileProgram(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	var diags hcl.Diagnostics
	t.program, diags = c.Scope.CompileJQ(a.Expr)
	return diags
}

// Traits reports that the action can be repeated, unless it reads the clock.
func (t *transform) Traits() flow.Traits {
	return flow.Traits{
		Pure:     true,
		Volatile: t.program.Volatile() || t.input.IsSet() && t.input.Expr().Volatile(),
	}
}

func (t *transform) Run(ctx context.Context, c *flow.Call) (any, error) {
	input, err := t.evalInput(ctx, c)
	if err != nil {
		return nil, err
	}
	values, err := t.program.Run(ctx, c, input)
	if err != nil {
		return nil, t.programError(ctx, c, err)
	}
	return &transformed{values}, nil
}

// RunQuick runs a program that ends soon, see flow.Quick.
func (t *transform) RunQuick(ctx context.Context, c *flow.Call) (out any, done bool) {
	if flow.AnyComputes(t.input.Expr()) {
		return nil, false
	}
	input, err := t.evalInput(ctx, c)
	if err != nil {
		return nil, false
	}
	values, done := t.program.RunQuick(ctx, c, input)
	if !done {
		return nil, false
	}
	return &transformed{values}, true
}

// transformed is the output for the results of the program. It is a value.Object,
// because most flows read one member once.
type transformed struct{ values []any }

// Get returns a member.
func (t *transformed) Get(name string) (any, bool) {
	switch name {
	case "value":
		if len(t.values) == 0 {
			return nil, true
		}
		return t.values[0], true
	case "values":
		return t.values, true
	}
	return nil, false
}

// Map returns both members.
func (t *transformed) Map() map[string]any {
	first, _ := t.Get("value")
	return map[string]any{"value": first, "values": t.values}
}

// Size returns about how many bytes the output takes: the first result, which it has
// twice, counts once.
func (t *transformed) Size() int64 { return value.Size(t.values) }

var _ value.Sized = (*transformed)(nil)

// evalInput returns the input of the program.
func (t *transform) evalInput(ctx context.Context, c *flow.Call) (any, error) {
	if t.input.IsSet() {
		return t.input.Eval(ctx, c)
	}
	return c.Input()
}

// programError makes the error of a failed program. jq's message may quote the
// input, so it is hidden if the input is sensitive.
func (t *transform) programError(ctx context.Context, c *flow.Call, err error) error {
	var own *expr.Error
	switch {
	case errors.As(err, &own), ctx.Err() != nil, errors.Is(err, expr.ErrJQMemory), errors.Is(err, expr.ErrTooManyResults):
		return err
	case c.Step.Sensitive || t.program.Sensitive() || t.input.IsSet() && t.input.Expr().Sensitive():
		return &flow.Error{Class: flow.Invalid, Message: "jq: the program failed; details are hidden, as the action is sensitive or reads a secret"}
	}
	return &flow.Error{Class: flow.Invalid, Message: "jq: " + err.Error(), Err: err}
}
