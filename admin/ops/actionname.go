package ops

import (
	"fmt"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// checkAction refuses an action from which no run of a flow can start again: one that
// the flow does not have, or that stands inside of another.
func checkAction(v view, flowName, action string) error {
	for _, f := range v.Config.Flows {
		if f.Name != flowName && f.RenamedFrom != flowName {
			continue
		}
		var names []string
		for _, s := range f.Actions {
			if s.Name == action {
				return nil
			}
			if holds(s, action) {
				return invalid("action %q stands inside of action %q: a run can start again from that one", action, s.Name)
			}
			names = append(names, s.Name)
		}
		message := fmt.Sprintf("flow %q has no action %q from which a run can start again", f.Name, action)
		if near := diag.Nearest(action, names); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		return &Error{Kind: Invalid, Message: message}
	}
	return invalid("flow %q is not in the files, so nobody can tell which actions it has", flowName)
}

// holds reports whether an action stands inside of a step.
func holds(s *flow.Step, action string) bool {
	found := false
	for _, l := range s.Traits.Lists {
		l.Walk(func(inner *flow.Step) { found = found || inner.Name == action })
	}
	return found
}
