package control

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Parallel runs actions at once.
type Parallel struct {
	max     int // 0: all
	actions flow.List
}

// maxConcurrency bounds the actions of one run that run at once.
const maxConcurrency = 64

// Describe declares the fields, outputs and examples.
func (p *Parallel) Describe(s *schema.Spec) {
	s.Doc = "Runs the actions inside at once, and waits for all of them. After the first failure, actions that have not begun are skipped, and the action fails. The actions inside can't read one another's outputs."
	schema.Attr(s, &p.max, "max", fmt.Sprintf("How many run at once, up to %d, which is the default.", maxConcurrency))
	flow.ConcurrentActions(s, &p.actions)
	s.Output("results", cty.DynamicPseudoType, "The output of each action inside, by its name; null for a skipped one.")
	s.Check(p.checkSettings)
	s.Example(schema.Example{
		Title: "Ask two services at once",
		HCL: `action "http" "lamp" {
  url   = "https://api.example.com/stock"
  query = { sku = "lamp" }
}
action "http" "cable" {
  url   = "https://api.example.com/stock"
  query = { sku = "cable" }
}`,
		Input: `{}`,
	})
	s.Example(schema.Example{
		Title: "Use the results",
		HCL: `max = 2
action "transform" "count" { jq = ".items | length" }
action "transform" "total" { jq = "[.items[].price] | add" }`,
		Input: `{"items": [{"price": 2}, {"price": 3}]}`,
		Want:  `{"results": {"count": {"value": 2, "values": [2]}, "total": {"value": 5, "values": [5]}}}`,
	})
}

func (p *Parallel) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(p.actions) == 0 {
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Nothing to run", `The block needs actions: action "KIND" "NAME" { … }.`)}
	}
	return checkMax(d, p.max, d.Has("max"))
}

func checkMax(d *schema.Decoded, atOnce int, given bool) hcl.Diagnostics {
	if given && (atOnce < 1 || atOnce > maxConcurrency) {
		return hcl.Diagnostics{d.Problem("max", "Wrong value", fmt.Sprintf("From 1 to %d run at once.", maxConcurrency))}
	}
	return nil
}

// Traits tells the engine how to treat the action.
func (p *Parallel) Traits() flow.Traits {
	lists := make([]flow.List, len(p.actions))
	for i := range lists {
		lists[i] = p.actions[i : i+1]
	}
	return flow.Traits{Waits: true, Lists: lists, Gathers: true}
}

// Run does one attempt.
func (p *Parallel) Run(ctx context.Context, c *flow.Call) (any, error) {
	atOnce := p.max
	if atOnce == 0 {
		atOnce = maxConcurrency
	}
	lists := c.Step.Traits.Lists
	iterations, err := c.Iterate(ctx, len(lists), func(i int) flow.Iteration {
		return flow.Iteration{List: lists[i]}
	}, atOnce, false)
	if err != nil {
		return nil, err
	}
	results := make(map[string]any, len(p.actions))
	for i, s := range p.actions {
		results[s.Name] = iterations[i].Outputs[s.Name]
	}
	return map[string]any{"results": toPlainValues(results)}, nil
}

// toPlainValues replaces lazily read outputs by plain maps.
func toPlainValues(outputs map[string]any) map[string]any {
	for name, v := range outputs {
		if lazy, ok := v.(interface{ Map() map[string]any }); ok {
			outputs[name] = lazy.Map()
		}
	}
	return outputs
}
