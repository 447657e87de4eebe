package load

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// bindCalls gives actions that name another flow that flow, after all flows
// were compiled. broken says that some flows may be missing as their file could
// not be read.
func bindCalls(flows []*flow.Flow, broken bool) hcl.Diagnostics {
	byName := map[string]*flow.Flow{}
	for _, f := range flows {
		byName[f.Name] = f
	}
	var diags hcl.Diagnostics
	for _, f := range flows {
		f.Walk(func(s *flow.Step) {
			if c := s.Traits.Callee; c != nil {
				diags = append(diags, bindCall(c, byName, broken)...)
			}
		})
	}
	return diags
}

func bindCall(c *flow.Callee, flows map[string]*flow.Flow, broken bool) hcl.Diagnostics {
	name, at := c.Name, c.Range
	f, ok := flows[name]
	if !ok {
		if broken {
			return nil
		}
		return hcl.Diagnostics{diag.Error(at, "Unknown flow", fmt.Sprintf("There is no flow %q.%s", name, diag.DidYouMean(name, callable(flows))))}
	}
	if f.Trigger == nil {
		return nil // it has findings of its own
	}
	if f.Parts.Call == nil {
		return hcl.Diagnostics{diag.Error(at, "Flow can't be called", fmt.Sprintf(
			`Flow %q starts by trigger %q. A flow that others call has trigger "flow" or trigger "tag".`, name, f.Kind))}
	}
	diags := c.Bind(f)
	if !f.Enabled {
		diags = append(diags, diag.Warning(at, "Flow is disabled",
			fmt.Sprintf("Flow %q says enabled = false, so the action fails until it is enabled.", name)))
	}
	return diags
}

func callable(flows map[string]*flow.Flow) []string {
	var out []string
	for name, f := range flows {
		if f.Parts.Call != nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
