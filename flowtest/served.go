package flowtest

import (
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
)

// servedConfig returns the configuration that the gateway of a test serves: the
// tested flow, the flows that it calls, and those that its run may start or link to.
// Other endpoints and schedules would only cost time, and tick in a long test.
func servedConfig(c *load.Config, name string) *load.Config {
	byName := map[string]*flow.Flow{}
	for _, f := range c.Flows {
		byName[f.Name] = f
	}
	chosen := map[string]bool{}
	var choose func(f *flow.Flow)
	choose = func(f *flow.Flow) {
		if f == nil || chosen[f.Name] {
			return
		}
		chosen[f.Name] = true
		f.Walk(func(s *flow.Step) {
			if s.Traits.Callee != nil {
				choose(byName[s.Traits.Callee.Name])
			}
		})
	}
	choose(byName[name])
	for _, f := range c.Flows {
		if f.Kind == "link" || f.Parts.HTTP == nil && f.Parts.Clock == nil && f.Parts.Call == nil && f.Parts.Failure == nil {
			choose(f)
		}
	}
	served := *c
	served.Flows = nil
	for _, f := range c.Flows {
		if chosen[f.Name] {
			served.Flows = append(served.Flows, f)
		}
	}
	return &served
}
