package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// flowsByName returns the flows by their names.
func flowsByName(flows []*flow.Flow) map[string]*flow.Flow {
	byName := make(map[string]*flow.Flow, len(flows))
	for _, f := range flows {
		byName[f.Name] = f
	}
	return byName
}

// bindCalls binds each action of a flow that names another flow to that flow. If
// incomplete is true, flows may be missing because their file could not be read, and
// unknown names are not reported.
func bindCalls(f *flow.Flow, byName map[string]*flow.Flow, incomplete bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	f.Walk(func(s *flow.Step) {
		if c := s.Traits.Callee; c != nil {
			diags = append(diags, bindCall(c, byName, incomplete)...)
		}
	})
	return diags
}

func bindCall(c *flow.Callee, flows map[string]*flow.Flow, incomplete bool) hcl.Diagnostics {
	name, at := c.Name, c.Range
	f, ok := flows[name]
	if !ok {
		if incomplete {
			return nil
		}
		return hcl.Diagnostics{diag.Error(at, "Unknown flow", fmt.Sprintf("There is no flow %q.%s", name, diag.DidYouMean(name, callableNames(flows))))}
	}
	if f.Trigger == nil {
		return nil // the flow has findings of its own
	}
	if f.Parts.Call == nil {
		return hcl.Diagnostics{diag.Error(at, "Flow can't be called", fmt.Sprintf(
			`Flow %q has trigger %q. Only a flow with trigger "flow" or trigger "tag" can be called.`, name, f.Kind))}
	}
	diags := c.Bind(f)
	if !f.Enabled {
		diags = append(diags, diag.Warning(at, "Flow is disabled",
			fmt.Sprintf("Flow %q has enabled = false, so this action fails until the flow is enabled.", name)))
	}
	return diags
}

func callableNames(flows map[string]*flow.Flow) []string {
	var out []string
	for name, f := range flows {
		if f.Parts.Call != nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// certainCall is an action by which each run of a flow calls another flow.
type certainCall struct {
	to string
	at hcl.Range
}

// checkEndlessCalls warns of flows that call one another in every run.
func checkEndlessCalls(flows []*flow.Flow) hcl.Diagnostics {
	calls := map[string][]certainCall{}
	for _, f := range flows {
		if f.Parts.Call != nil && f.Enabled {
			calls[f.Name] = certainCalls(f)
		}
	}
	dropEndingCalls(calls)
	var diags hcl.Diagnostics
	reported := map[string]bool{}
	for _, f := range flows {
		if reported[f.Name] {
			continue
		}
		for _, c := range calls[f.Name] {
			chain := findChain(calls, c.to, f.Name, map[string]bool{})
			if chain == nil {
				continue
			}
			for _, name := range chain {
				reported[name] = true
			}
			diags = append(diags, diag.Warning(c.at, "Calls without an end",
				fmt.Sprintf("Flow %q %s in every run, so the calls fail once they are %d deep. Give one of these actions a condition with when, or remove it.", f.Name, describeChain(chain), flow.MaxCallDepth)))
			break
		}
	}
	return diags
}

// dropEndingCalls drops the flows from which no chain of calls comes back, so that a
// search for chains does not follow chains that end.
func dropEndingCalls(calls map[string][]certainCall) {
	callers, left := map[string][]string{}, map[string]int{}
	var ending []string
	for name, out := range calls {
		left[name] = len(out)
		for _, c := range out {
			callers[c.to] = append(callers[c.to], name)
			if _, known := calls[c.to]; !known {
				left[name]--
			}
		}
		if left[name] == 0 {
			ending = append(ending, name)
		}
	}
	for len(ending) > 0 {
		name := ending[0]
		ending = ending[1:]
		delete(calls, name)
		for _, caller := range callers[name] {
			if left[caller]--; left[caller] == 0 {
				ending = append(ending, caller)
			}
		}
	}
}

// findChain returns the flows on a chain of calls between two flows, both
// included, or nil if there is none. It visits each flow once.
func findChain(calls map[string][]certainCall, from, to string, seen map[string]bool) []string {
	if from == to {
		return []string{to}
	}
	seen[from] = true
	for _, c := range calls[from] {
		if seen[c.to] {
			continue
		}
		if chain := findChain(calls, c.to, to, seen); chain != nil {
			return append([]string{from}, chain...)
		}
	}
	return nil
}

func describeChain(chain []string) string {
	if len(chain) == 1 {
		return "calls itself"
	}
	quoted := make([]string, len(chain))
	for i, name := range chain {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return "calls " + strings.Join(quoted, ", which calls ") + ","
}

// certainCalls returns the calls that a run of the flow reaches unless an earlier
// action fails.
func certainCalls(f *flow.Flow) []certainCall {
	var out []certainCall
	for _, s := range f.Actions {
		if mayEndRun(s) {
			break
		}
		c := s.Traits.Callee
		if holds, fixed := s.When.Constant(); c == nil || s.When.IsSet() && (!fixed || !holds) {
			continue
		}
		out = append(out, certainCall{c.Name, c.Range})
	}
	return out
}

// mayEndRun reports whether an action, or one inside it, may end the run.
func mayEndRun(s *flow.Step) bool {
	ends := false
	flow.List{s}.Walk(func(inner *flow.Step) {
		t := inner.Traits
		ends = ends || len(t.Lists) == 0 && (t.Ending != flow.FallsThrough || t.Answers)
	})
	return ends
}
