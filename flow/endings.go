package flow

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// checkEndings warns of actions that no path leads to, and of a path on which
// the caller would get no answer.
func (f *Flow) checkEndings() hcl.Diagnostics {
	diags := unreachable(f.Actions)
	diags = append(diags, unreachable(f.OnError)...)
	r, ok := f.Trigger.(Responder)
	if ok && r.NeedsRespond() && f.Actions.Ends() == Open {
		diags = append(diags, warning(f.Range, "An answer can be missed",
			`A run of this sync flow can end without reaching action "respond"; its caller gets 200 and "ok" then. Put a respond on every path, or give the trigger a response block.`))
	}
	return diags
}

func unreachable(l List) hcl.Diagnostics {
	var diags hcl.Diagnostics
	ended := ""
	for _, s := range l {
		if ended != "" {
			diags = append(diags, warning(s.Range, "Action never runs",
				fmt.Sprintf("No path leads here: action %q always ends the run.", ended)))
			break
		}
		if n, ok := s.Action.(Nester); ok {
			for _, inner := range n.Lists() {
				diags = append(diags, unreachable(inner)...)
			}
		}
		if s.Ends() != Open {
			ended = s.Name
		}
	}
	return diags
}

func warning(at hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: detail, Subject: at.Ptr()}
}
