package flow

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// checkEndings warns of actions that no path leads to, and of a path on which
// the caller would get no answer.
func (f *Flow) checkEndings() hcl.Diagnostics {
	diags := unreachable(f.Actions)
	diags = append(diags, unreachable(f.OnError)...)
	if h := f.Parts.HTTP; h != nil && h.NeedsRespond && f.Actions.Ending() == FallsThrough && !f.Actions.alwaysAnswers() {
		diags = append(diags, diag.Warning(f.Range, "An answer can be missed",
			`A run of this sync flow can end without reaching action "respond"; its caller gets 200 and "ok" then. Put a respond on every path, or give the trigger a response block.`))
	}
	return diags
}

// checkModes reports what fits only an async flow, or only a sync one.
func (f *Flow) checkModes() hcl.Diagnostics {
	var diags hcl.Diagnostics
	h := f.Parts.HTTP
	if h == nil && f.Parts.Codec == nil {
		return nil // the trigger has findings
	}
	waits := h != nil && !h.Async
	if f.Retry != nil && waits {
		diags = append(diags, diag.Error(f.Range, "Only for async flows", `The caller of a sync flow sends its request again itself. Take the flow's retry block out, give one to the action that may fail, or write mode = "async".`))
	}
	f.Walk(func(s *Step) {
		if !s.Traits.Answers || waits {
			return
		}
		diags = append(diags, f.nobodyToAnswer(s))
	})
	return diags
}

// nobodyToAnswer says why an action of the flow can't answer its caller.
func (f *Flow) nobodyToAnswer(s *Step) *hcl.Diagnostic {
	const summary = "Nobody to answer"
	h := f.Parts.HTTP
	switch {
	case h != nil && h.Fallback != nil:
		return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q sends its caller on before the run starts. Take the action out.`, f.Kind))
	case h != nil:
		return diag.Error(s.Range, "Answer in an async flow", `The caller of an async flow is answered before the run starts, by the trigger's response block. Write mode = "sync" in the trigger, or take the action out.`)
	case f.Parts.Call != nil:
		return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q has no caller that waits for an answer. To give something to a flow that calls this one, use action "stop" with output.`, f.Kind))
	}
	return diag.Error(s.Range, summary, fmt.Sprintf(`A flow with trigger %q has no caller. Take the action out.`, f.Kind))
}

func unreachable(l List) hcl.Diagnostics {
	var diags hcl.Diagnostics
	ended := ""
	for _, s := range l {
		if ended != "" {
			diags = append(diags, diag.Warning(s.Range, "Action never runs",
				fmt.Sprintf("No path leads here: action %q always ends the run.", ended)))
			break
		}
		for _, inner := range s.Traits.Lists {
			diags = append(diags, unreachable(inner)...)
		}
		if s.ending() != FallsThrough {
			ended = s.Name
		}
	}
	return diags
}
