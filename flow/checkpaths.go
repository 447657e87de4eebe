package flow

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// checkPaths warns of actions that no path leads to, and of a path on which the
// caller would get no answer.
func (f *Flow) checkPaths() hcl.Diagnostics {
	diags := checkReachable(f.Actions)
	diags = append(diags, checkReachable(f.OnError)...)
	if h := f.Parts.HTTP; h != nil && h.NeedsRespond && f.Actions.Ending() == FallsThrough && !f.Actions.alwaysAnswers() {
		diags = append(diags, diag.Warning(f.Range, "An answer can be missed",
			`A run of this sync flow can end without reaching action "respond". Its caller then gets 200 and "ok". Put a respond on every path, or give the trigger a response block.`))
	}
	return diags
}

// checkModes reports blocks and actions that fit only async flows, or only sync
// flows.
func (f *Flow) checkModes() hcl.Diagnostics {
	var diags hcl.Diagnostics
	h := f.Parts.HTTP
	if h == nil && f.Parts.Codec == nil {
		return nil // the trigger has findings
	}
	waits := h != nil && !h.Async
	if f.Retry != nil && waits {
		diags = append(diags, diag.Error(f.Range, "Only for async flows", `The caller of a sync flow repeats its request itself. Remove the flow's retry block, give one to the action that may fail, or write mode = "async".`))
	}
	f.Walk(func(s *Step) {
		if !s.Traits.Answers || waits {
			return
		}
		diags = append(diags, f.explainNoCaller(s))
	})
	return diags
}

// explainNoCaller says why an action of the flow can't answer a caller.
func (f *Flow) explainNoCaller(s *Step) *hcl.Diagnostic {
	const summary = "No caller to answer"
	h := f.Parts.HTTP
	switch {
	case h != nil && h.Fallback != nil:
		return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q redirects its caller before the run starts. Remove the action.`, f.Kind))
	case h != nil:
		return diag.Error(s.Range, "Answer in an async flow", `The caller of an async flow is answered before the run starts, by the trigger's response block. Write mode = "sync" in the trigger, or remove the action.`)
	case f.Parts.Call != nil:
		return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q has no caller that waits for an answer. To return a value to the calling flow, use action "stop" with output.`, f.Kind))
	}
	return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q has no caller. Remove the action.`, f.Kind))
}

func checkReachable(l List) hcl.Diagnostics {
	var diags hcl.Diagnostics
	ended := ""
	for _, s := range l {
		if ended != "" {
			diags = append(diags, diag.Warning(s.Range, "Action never runs",
				fmt.Sprintf("No path leads here: action %q always ends the run.", ended)))
			break
		}
		for _, inner := range s.Traits.Lists {
			diags = append(diags, checkReachable(inner)...)
		}
		if s.ending() != FallsThrough {
			ended = s.Name
		}
	}
	return diags
}
