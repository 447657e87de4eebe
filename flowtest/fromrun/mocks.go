package fromrun

import (
	"net/http"
	"slices"

	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// writeMocks writes what the actions got from outside, attempt by attempt.
func (w *writer) writeMocks() {
	count := map[string]int{}
	for _, s := range w.run.Steps {
		count[nameOf(s)]++
	}
	for _, s := range w.run.Steps {
		current := w.find(s)
		switch {
		case current == nil:
			w.gap("Action %q of kind %q is not in the files any more.", s.Path, s.Kind)
			continue
		case !current.ReachesOutside() || s.State == string(flow.Skipped):
			continue
		}
		when := ""
		if count[nameOf(s)] > 1 {
			when = s.Path
		}
		w.writeStepMocks(s, current, when)
	}
}

// writeStepMocks writes the mocks of one call. when is its path if the action was
// called several times.
func (w *writer) writeStepMocks(s Step, current *flow.Step, when string) {
	for _, a := range s.Earlier {
		if a.Message == "" {
			continue // it succeeded, and the run was run again
		}
		w.openMock(s, when)
		w.writeError(&Cause{Class: a.Class, Reason: a.Reason, Message: a.Message}, a.Status, current)
		w.line("}")
	}
	w.openMock(s, when)
	switch {
	case s.State == string(flow.Failed) && s.Call != nil && s.Call.Status > 0 && current.Traits.Exchanges:
		w.line("status = %d", s.Call.Status)
		w.writeAnswerBody(s, s.Call.Body)
	case s.State == string(flow.Failed):
		status := 0
		if s.Call != nil {
			status = s.Call.Status
		}
		w.writeError(s.Cause, status, current)
	case current.Traits.Exchanges:
		w.writeAnswer(s)
	default:
		w.writeOutputs(s)
	}
	w.line("}")
}

func (w *writer) openMock(s Step, when string) {
	w.line("mock %s {", literal.Text(nameOf(s)))
	if when != "" {
		w.line("when = call.path == %s", literal.Text(when))
	}
}

// writeError writes a call that failed.
func (w *writer) writeError(c *Cause, status int, current *flow.Step) {
	if status >= http.StatusMultipleChoices && current.Traits.Exchanges {
		w.line("status = %d", status)
		return
	}
	w.line("error {")
	if c != nil {
		if slices.Contains([]flow.Class{flow.Transient, flow.Permanent, flow.Invalid, flow.Denied}, flow.Class(c.Class)) {
			w.line("class = %s", literal.Text(c.Class))
		}
		w.line("message = %s", w.literal(c.Message, "the error of an action"))
		if slices.Contains([]string{flow.ReasonTimeout, flow.ReasonConnect, flow.Reason429, flow.Reason5xx, flow.ReasonConflict}, c.Reason) {
			w.line("reason = %s", literal.Text(c.Reason))
		}
	}
	w.line("}")
}

// outputNames lists the declared outputs of a kind of action; nil if it has outputs of
// its own making.
func (w *writer) outputNames(kind string) []string {
	spec := schema.SpecOf(w.Actions, kind)
	if spec == nil {
		return nil
	}
	var names []string
	for _, o := range spec.Outputs() {
		names = append(names, o.Name)
	}
	return names
}

// writeOutputs writes the outputs of an action.
func (w *writer) writeOutputs(s Step) {
	v := decode(s.Output)
	names := w.outputNames(s.Kind)
	outputs, ok := v.(map[string]any)
	switch {
	case s.CutFrom > 0 || v == redact.Placeholder:
		w.gapOfOutput(s)
	case names == nil && v != nil:
		w.line("output = %s", w.literal(v, "the output of action "+s.Path))
	case ok:
		for _, name := range names {
			if outputs[name] != nil {
				w.line("%s = %s", name, w.literal(outputs[name], "the output of action "+s.Path))
			}
		}
	}
}

func (w *writer) gapOfOutput(s Step) {
	w.gap("The history does not hold the whole output of action %q: give its mock one.", s.Path)
}
