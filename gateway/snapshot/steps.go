package snapshot

import (
	"strings"

	"github.com/webhook-gateway/gateway/flow"
)

// StepFinder returns a function that finds the action of a path in a flow, also
// an action of a called flow. The function returns nil if the action, or the flow,
// is not in the configuration.
func (s *Snapshot) StepFinder(flowName string) func(path string) *flow.Step {
	steps := map[string]map[string]*flow.Step{} // by flow and name
	return func(path string) *flow.Step {
		name, left := flowName, path
		for {
			if steps[name] == nil {
				steps[name] = s.stepsByName(name)
			}
			segment, rest, more := strings.Cut(left, "/")
			step := steps[name][segment]
			if !more {
				return step
			}
			left = rest
			if step == nil {
				continue // the segment is an iteration of a loop
			}
			if c := step.Traits.Callee; c != nil {
				name = c.Name
			}
		}
	}
}

// stepsByName returns the actions of a flow; none if the flow is gone.
func (s *Snapshot) stepsByName(flowName string) map[string]*flow.Step {
	out := map[string]*flow.Step{}
	for _, f := range s.Config.Flows {
		if f.Name == flowName {
			f.Walk(func(step *flow.Step) { out[step.Name] = step })
		}
	}
	return out
}
