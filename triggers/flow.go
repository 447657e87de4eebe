package triggers

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// inputRoot is the name under which a flow reads the input of its call.
const inputRoot = "input"

// flowTrigger starts a run if another flow calls the flow.
type flowTrigger struct {
	valueCodec
	queue

	variables []*input.Variable
}

// Describe declares the block.
func (t *flowTrigger) Describe(s *schema.Spec) {
	t.mainRoot = inputRoot
	s.Doc = "Starts the flow if action `flow` of another flow calls it. The variables check the input of the call, and the flow reads it as `input.NAME`. Without variables any input is accepted."
	schema.BlockFunc(s, "variable", "A member of the input, read as `input.NAME`. If the trigger has variables, members that no variable names are refused.",
		schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: func() *schema.Spec { return schema.Describe(input.ForCall()) }}, t.addVariable)
	t.describeConcurrency(s, "")
	s.Example(schema.Example{
		Title: "A flow that other flows call",
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

func (t *flowTrigger) addVariable(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	v := input.ForCall()
	diags := schema.Decode(c, v, b)
	if v.Name == "" {
		return diags
	}
	v.From = input.Source{Part: input.PartInput, Steps: []input.Step{{Name: v.Name}}}
	switch {
	case !hclsyntax.ValidIdentifier(v.Name):
		return append(diags, diag.Error(b.LabelRanges[0], "Wrong name", fmt.Sprintf("%q can't be read as input.NAME: use letters, digits, _ and -, and start with a letter.", v.Name)))
	case input.Find(t.variables, v.Name) != nil:
		return append(diags, diag.Error(b.LabelRanges[0], "Wrong name", fmt.Sprintf("The trigger has a variable %q already.", v.Name)))
	}
	v.Range = b.DefRange()
	t.variables = append(t.variables, v)
	return diags
}

// Roots returns the name input with the types of the variables.
func (t *flowTrigger) Roots() map[string]cty.Type {
	if len(t.variables) == 0 {
		return map[string]cty.Type{inputRoot: cty.DynamicPseudoType}
	}
	return map[string]cty.Type{inputRoot: input.ObjectType(map[string]cty.Type{}, t.variables)}
}

// RefineScope says which values the variables have.
func (t *flowTrigger) RefineScope(s *expr.Scope) *expr.Scope {
	return input.DeclareEnums(s, inputRoot, t.variables)
}

// Parts returns the part for calls of other flows.
func (t *flowTrigger) Parts(string) flow.Parts {
	inputs := func() []flow.Input { return inputsOf(t.variables, false) }
	return flow.Parts{
		Call:  &flow.CallPart{Inputs: inputs, Check: t.checkKnown, Event: t.newCallEvent},
		Codec: anyCodec{t}, Queue: t.limits(), Inputs: inputs,
		Sensitive: findSensitive(inputRoot, nil, t.variables, func(*input.Variable, []string) bool { return false }),
	}
}

// inputsOf returns the members that variables declare; nil without variables. json
// says that they may stand in a JSON body.
func inputsOf(variables []*input.Variable, json bool) []flow.Input {
	if len(variables) == 0 {
		return nil
	}
	out := make([]flow.Input, len(variables))
	for i, v := range variables {
		out[i] = flow.Input{
			Name: v.Name, Required: !v.IsOptional(), Description: v.Description, Type: v.TypeText(), Rules: v.RulesText(),
			Place: v.PlaceText(), Sensitive: v.Sensitive, Breakable: v.Breakable(json), Example: v.Example,
		}
	}
	return out
}

// checkKnown returns the faults of an input that are certain before the call.
func (t *flowTrigger) checkKnown(given cty.Value) []flow.Fault {
	if len(t.variables) == 0 {
		return nil
	}
	return input.CheckKnownMembers(t.variables, given)
}

// newCallEvent returns the event of a call after checking its input.
func (t *flowTrigger) newCallEvent(_ context.Context, c *flow.Call, given any) (flow.Event, error) {
	depth, err := c.NextDepth()
	if err != nil {
		return nil, err
	}
	e := &valueEvent{mainRoot: inputRoot, cause: c.IdempotencyKey(), depth: depth, fromFailure: c.FromFailure()}
	if given, err = input.Normalize(given); err != nil {
		return nil, invalidInput(err.Error())
	}
	if given, err = t.convertInput(given); err != nil {
		return nil, err
	}
	e.roots = map[string]any{inputRoot: given}
	return e, nil
}

// convertInput converts the input of a call to the values of the variables.
func (t *flowTrigger) convertInput(given any) (any, error) {
	if len(t.variables) == 0 {
		return given, nil
	}
	members, ok := given.(map[string]any)
	if !ok && given != nil {
		return nil, invalidInput(fmt.Sprintf("it must be an object, not %s", value.TypeName(given)))
	}
	out, found := input.ConvertMembers(t.variables, members)
	if found.Total > 0 {
		return nil, invalidInput(found.Error())
	}
	return out, nil
}

// Decode returns the event of a stored form. Its input keeps the values with which
// it was accepted; variables that were added since take their defaults. Members
// that no variable names are left out.
func (t *flowTrigger) Decode(stored flow.StoredEvent, _ flow.Limits) (flow.Event, error) {
	e, err := t.decodeValueEvent(stored)
	if err != nil {
		return nil, err
	}
	if len(t.variables) == 0 {
		return e, nil
	}
	members, _ := e.roots[inputRoot].(map[string]any)
	if e.roots[inputRoot], err = input.RestoreMembers(t.variables, members); err != nil {
		return nil, err
	}
	return e, nil
}

func invalidInput(reason string) error {
	return &flow.Error{Class: flow.Invalid, Message: "the input does not fit the flow: " + reason}
}
