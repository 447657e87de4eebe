package load

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/sensitivity"
)

// linkFlows binds the calls of the flows that are new and finds sensitive values. A
// flow that was kept and in which something else is sensitive now, because of an edit
// of a flow that calls it or is called by it, is compiled again with its callers: what
// serves is never changed.
func (c *flowCompiler) linkFlows() hcl.Diagnostics {
	for {
		c.bindFresh()
		together := c.callsOfFresh()
		callee := func(callee *flow.Callee) *flow.Flow { return c.listed(callee.Name) }
		found, diags := sensitivity.Analyze(together, callee)
		if c.dropChanged(found, together) {
			c.dropCallers()
			c.compileMissing()
			continue
		}
		for i, f := range c.flows {
			if c.fresh[i] && c.isListed(i) {
				found.Apply(f.flow)
				f.outlasts = f.flow.CheckDelays(callee)
			}
			c.dropForms(f)
		}
		return diags
	}
}

// isListed reports whether a flow is in the configuration: it has a name, and is the
// first of that name.
func (c *flowCompiler) isListed(i int) bool {
	return c.first[i] && c.flows[i].flow != nil
}

// listed returns the flow of a name, nil if there is none.
func (c *flowCompiler) listed(name string) *flow.Flow {
	i, exists := c.byName[name]
	if !exists {
		return nil
	}
	return c.flows[i].flow
}

func (c *flowCompiler) flowsByName() map[string]*flow.Flow {
	out := make(map[string]*flow.Flow, len(c.flows))
	for i, f := range c.flows {
		if c.isListed(i) {
			out[f.flow.Name] = f.flow
		}
	}
	return out
}

func (c *flowCompiler) bindFresh() {
	var byName map[string]*flow.Flow
	for i, f := range c.flows {
		if !c.fresh[i] || !c.isListed(i) || f.bound {
			continue
		}
		if f.bound = true; len(f.calls) == 0 {
			continue
		}
		if byName == nil {
			byName = c.flowsByName()
		}
		f.unbound = bindCalls(f.flow, byName, c.incomplete)
	}
}

// callsOfFresh lists the flows that may be affected by those that are new or gone, in
// order: they call them or are called by them, directly or through others.
func (c *flowCompiler) callsOfFresh() []*flow.Flow {
	callers := map[string][]string{}
	for i, f := range c.flows {
		if c.isListed(i) {
			for _, name := range f.calls {
				callers[name] = append(callers[name], f.flow.Name)
			}
		}
	}
	affected := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		i, exists := c.byName[name]
		if !exists || affected[name] || !c.isListed(i) {
			return
		}
		affected[name] = true
		for _, callee := range c.flows[i].calls {
			visit(callee)
		}
		for _, caller := range callers[name] {
			visit(caller)
		}
	}
	for _, name := range c.namesAround() {
		visit(name)
	}
	var out []*flow.Flow
	for i, f := range c.flows {
		if c.isListed(i) && affected[f.flow.Name] {
			out = append(out, f.flow)
		}
	}
	return out
}

// namesAround lists the flows that are new, and those that flows called which are gone.
func (c *flowCompiler) namesAround() []string {
	var out []string
	kept := map[*flow.Flow]bool{}
	for i, f := range c.flows {
		if c.fresh[i] {
			out = append(out, c.blocks[i].name)
		} else {
			kept[f.flow] = true
		}
	}
	for _, f := range c.kept.last.flows {
		if !kept[f.flow] {
			out = append(out, f.calls...)
		}
	}
	return out
}

// dropChanged drops the flows that were kept and to which another result was applied.
func (c *flowCompiler) dropChanged(found *sensitivity.Result, flows []*flow.Flow) bool {
	dropped := false
	for _, f := range flows {
		i := c.byName[f.Name]
		if !c.fresh[i] && !found.IsApplied(f) {
			c.flows[i], dropped = nil, true
		}
	}
	return dropped
}

// setVersions sets the versions of the flows that are new.
func (c *flowCompiler) setVersions() {
	for _, f := range c.flows {
		c.versions.addFiles(f.part)
	}
	for i, f := range c.flows {
		if c.fresh[i] {
			f.version = c.versions.versionOf(f.flow.Name)
			f.flow.Version = formatVersion(f.version)
		}
	}
}
