package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// checkWatchedFlows reports flows that a trigger "failure" names and whose failures
// can't start it. If incomplete is true, flows may be missing because their file could
// not be read, and unknown names are not reported.
func checkWatchedFlows(flows []*flow.Flow, incomplete bool) hcl.Diagnostics {
	byName := flowsByName(flows)
	var countable []string
	for _, f := range flows {
		if f.Parts.Failure == nil {
			countable = append(countable, f.Name)
		}
	}
	var diags hcl.Diagnostics
	for _, f := range flows {
		if f.Parts.Failure == nil {
			continue
		}
		for _, w := range f.Parts.Failure.Flows {
			watched := byName[w.Name]
			switch {
			case w.Name == flow.AnyFlow || watched == nil && incomplete:
			case watched == nil:
				diags = append(diags, diag.Error(w.Range, "Unknown flow", fmt.Sprintf("There is no flow %q.%s", w.Name, diag.DidYouMean(w.Name, countable))))
			case watched.Parts.Failure != nil:
				diags = append(diags, diag.Error(w.Range, "Failures don't count", fmt.Sprintf(
					"Flow %q has trigger \"failure\". Failures of such flows start no flow, so that none starts without end.", w.Name)))
			}
		}
	}
	return diags
}
