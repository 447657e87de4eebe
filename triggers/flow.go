package triggers

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// inputRoot is the name under which a flow reads what it was called with.
const inputRoot = "input"

// called starts a run where another flow calls this one.
type called struct {
	keeper
	queue

	variables []*input.Variable
}

// Describe declares the block.
func (t *called) Describe(s *schema.Spec) {
	t.main = inputRoot
	s.Doc = "Starts the flow where action `flow` of another one calls it. What it is given is checked as the variables say, and read as `input.NAME`. Without variables the input may be anything."
	schema.BlockFunc(s, "variable", "A member of the input, read as `input.NAME`. Where there are variables, members that none of them names are refused.",
		schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: func() *schema.Spec { return schema.Describe(input.ForCall()) }}, t.addVariable)
	t.describeConcurrency(s, "")
	s.Example(schema.Example{
		Title: "A flow that others call",
		HCL: `trigger "flow" {
  variable "email" {
    type   = string
    format = "email"
  }
  variable "name" {
    type    = string
    default = "Customer"
  }
}`,
	})
}

func (t *called) addVariable(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	v := input.ForCall()
	diags := schema.Decode(c, v, b)
	if v.Name == "" {
		return diags
	}
	v.From = input.Source{Part: input.PartInput, Steps: []input.Step{{Name: v.Name}}}
	switch {
	case !hclsyntax.ValidIdentifier(v.Name):
		return append(diags, diag.Error(b.LabelRanges[0], "Wrong name", fmt.Sprintf("%q can't be read as input.NAME: use letters, digits, _ and -, and begin with a letter.", v.Name)))
	case input.Find(t.variables, v.Name) != nil:
		return append(diags, diag.Error(b.LabelRanges[0], "Wrong name", fmt.Sprintf("The trigger has a variable %q already.", v.Name)))
	}
	t.variables = append(t.variables, v)
	return diags
}

// Roots gives the name input, with the types of what is below it.
func (t *called) Roots() map[string]cty.Type {
	if len(t.variables) == 0 {
		return map[string]cty.Type{inputRoot: cty.DynamicPseudoType}
	}
	types := map[string]cty.Type{}
	for _, v := range t.variables {
		types[v.Name] = v.Type.CTY()
	}
	return map[string]cty.Type{inputRoot: cty.Object(types)}
}

// Parts starts runs by calls of other flows.
func (t *called) Parts(string) flow.Parts {
	return flow.Parts{Call: &flow.CallPart{Inputs: t.inputs(), Event: t.eventOfCall}, Codec: t, Queue: t.limits()}
}

// inputs are the members that the variables declare; nil without variables.
func (t *called) inputs() []flow.Input {
	if len(t.variables) == 0 {
		return nil
	}
	out := make([]flow.Input, len(t.variables))
	for i, v := range t.variables {
		out[i] = flow.Input{Name: v.Name, Required: !v.IsOptional()}
	}
	return out
}

// eventOfCall checks the input of a call.
func (t *called) eventOfCall(_ context.Context, c *flow.Call, given any) (flow.Event, error) {
	depth, err := c.NextDepth()
	if err != nil {
		return nil, err
	}
	e := &told{main: inputRoot, cause: c.IdempotencyKey(), depth: depth}
	if given, err = asKept(given); err != nil {
		return nil, wrongInput(err.Error())
	}
	if given, err = t.take(given); err != nil {
		return nil, err
	}
	e.roots = map[string]any{inputRoot: given}
	return e, nil
}

// take reads the variables out of an input.
func (t *called) take(given any) (any, error) {
	if len(t.variables) == 0 {
		return given, nil
	}
	members, ok := given.(map[string]any)
	if !ok && given != nil {
		return nil, wrongInput(fmt.Sprintf("it must be an object, and it is %s", value.TypeName(given)))
	}
	out, found := input.ConvertMembers(t.variables, members)
	if found.Total > 0 {
		return nil, wrongInput(found.Error())
	}
	return out, nil
}

// Decode brings an event back, with the variables of today. Members that none of
// them names any more are left out.
func (t *called) Decode(kept flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	ev, err := t.keeper.Decode(kept, limits)
	if err != nil || len(t.variables) == 0 {
		return ev, err
	}
	e := ev.(*told)
	given := e.roots[inputRoot]
	if members, ok := given.(map[string]any); ok {
		maps.DeleteFunc(members, func(name string, _ any) bool { return input.Find(t.variables, name) == nil })
	}
	if e.roots[inputRoot], err = t.take(given); err != nil {
		return nil, fmt.Errorf("the flow was changed, and %w", err)
	}
	return e, nil
}

func wrongInput(why string) error {
	return &flow.Error{Class: flow.Invalid, Message: "the input does not fit the flow: " + why}
}

// asKept is a value as it is when it was kept and brought back, whatever it was
// made of: numbers are json.Number, and objects plain maps.
func asKept(v any) (any, error) {
	text, err := value.Append(nil, v)
	if err != nil {
		return nil, err
	}
	return value.Decode(text, value.Limits{Depth: value.MaxDepth})
}

// plainValue makes a plain map of an object that is read on demand.
func plainValue(v any) any {
	if o, ok := v.(value.Object); ok {
		return o.Map()
	}
	return v
}
