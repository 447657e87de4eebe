package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// checkRenames reports flows that adopt runs which are not theirs: of a flow that
// is still in the files, or of one that another flow adopts.
func checkRenames(flows []*flow.Flow) hcl.Diagnostics {
	byName, adopting := flowsByName(flows), map[string]*flow.Flow{}
	var diags hcl.Diagnostics
	for _, f := range flows {
		old := f.RenamedFrom
		if old == "" {
			continue
		}
		switch first, existing := adopting[old], byName[old]; {
		case old == f.Name:
			diags = append(diags, diag.Error(f.RenamedRange, "Wrong renamed_from", fmt.Sprintf(
				"Flow %q can't adopt its own runs. Write the name that the flow had before, or take the line out.", f.Name)))
		case existing != nil:
			diags = append(diags, diag.Error(f.RenamedRange, "Wrong renamed_from", fmt.Sprintf(
				"Flow %q is still in the files, at %s, and keeps its runs. Remove that flow, or take the line out.", old, formatPlace(existing.Range))))
		case first != nil:
			diags = append(diags, diag.Error(f.RenamedRange, "Wrong renamed_from", fmt.Sprintf(
				"Flow %q adopts the runs of %q already, at %s. Only one flow can have them.", first.Name, old, formatPlace(first.RenamedRange))))
		default:
			adopting[old] = f
		}
	}
	return diags
}
