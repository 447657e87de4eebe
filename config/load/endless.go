package load

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// call is an action by which a flow calls another one in each of its runs.
type call struct {
	to string
	at hcl.Range
}

// checkEndless warns of flows that call one another whatever they are given.
func checkEndless(flows []*flow.Flow) hcl.Diagnostics {
	calls := map[string][]call{}
	for _, f := range flows {
		if f.Parts.Call != nil && f.Enabled {
			calls[f.Name] = sureCalls(f)
		}
	}
	var diags hcl.Diagnostics
	told := map[string]bool{}
	for _, f := range flows {
		if told[f.Name] {
			continue
		}
		for _, c := range calls[f.Name] {
			way := wayBack(calls, f.Name, c.to, map[string]bool{})
			if way == nil {
				continue
			}
			for _, name := range way {
				told[name] = true
			}
			diags = append(diags, diag.Warning(c.at, "Calls without an end",
				fmt.Sprintf("Flow %q %s in each of its runs, so that the calls fail when they are %d deep. Give one of them a condition by when, or take it out.", f.Name, describeWay(way), flow.MaxCallDepth)))
			break
		}
	}
	return diags
}

// wayBack is the flows on a way from one to another, both included; nil where
// there is none. It goes to each flow once.
func wayBack(calls map[string][]call, to, from string, seen map[string]bool) []string {
	if from == to {
		return []string{to}
	}
	seen[from] = true
	for _, c := range calls[from] {
		if seen[c.to] {
			continue
		}
		if way := wayBack(calls, to, c.to, seen); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

func describeWay(way []string) string {
	if len(way) == 1 {
		return "calls itself"
	}
	quoted := make([]string, len(way))
	for i, name := range way {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return "calls " + strings.Join(quoted, ", which calls ") + ","
}

// sureCalls are those that a run of the flow comes to unless it fails before.
func sureCalls(f *flow.Flow) []call {
	var out []call
	for _, s := range f.Actions {
		if mayEnd(s) {
			break
		}
		c := s.Traits.Callee
		if holds, fixed := s.When.Constant(); c == nil || s.When.IsSet() && (!fixed || !holds) {
			continue
		}
		out = append(out, call{c.Name, c.Range})
	}
	return out
}

// mayEnd tells whether an action, or one inside of it, may end the run.
func mayEnd(s *flow.Step) bool {
	ends := false
	flow.List{s}.Walk(func(in *flow.Step) {
		t := in.Traits
		ends = ends || len(t.Lists) == 0 && (t.Ending != flow.FallsThrough || t.Answers)
	})
	return ends
}
