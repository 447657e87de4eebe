package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/parallel"
)

// compiledFlow is a flow and what its compilation depends on and has found out.
type compiledFlow struct {
	*unit
	block  *flowBlock
	flow   *flow.Flow // nil if the block has no name
	part   *part
	called []string // names of flows that it calls, as far as the syntax says
	calls  []string // names of flows that its actions call
	links  []linkCall
	forms  *expr.Forms
	again  *recompiler

	bound    bool            // to the flows that it calls
	unbound  hcl.Diagnostics // findings of the calls
	outlasts hcl.Diagnostics // findings of the delays
	version  Digest
}

// flowCompiler compiles the flows of one load.
type flowCompiler struct {
	*loader
	versions *versioner
	blocks   []*flowBlock
	byName   map[string]int  // the first block of each name
	flows    []*compiledFlow // by block; nil for one that must be compiled
	fresh    []bool          // compiled by this load
	first    []bool          // of its name

	sensitivity hcl.Diagnostics
}

// compiledFlows are all flows in order, and the findings of the checks that see them
// together.
type compiledFlows struct {
	flows                             []*flow.Flow
	calls, delays, sensitivity, links hcl.Diagnostics
}

// compileFlows compiles every flow that is not the same as in an earlier load, also in
// files with other errors, so that one load reports all findings.
func (l *loader) compileFlows() *flowCompiler {
	c := &flowCompiler{loader: l, versions: l.newVersioner(), byName: map[string]int{}}
	for _, f := range l.files {
		c.blocks = append(c.blocks, f.flows...)
	}
	for i := len(c.blocks) - 1; i >= 0; i-- {
		c.byName[c.blocks[i].name] = i
	}
	delete(c.byName, "")
	c.flows, c.fresh, c.first = make([]*compiledFlow, len(c.blocks)), make([]bool, len(c.blocks)), make([]bool, len(c.blocks))
	for _, i := range c.byName {
		c.first[i] = true
	}
	c.versions.flow = c.partOf
	l.next.sources = c.versions.digest()
	c.takeKept()
	c.compileMissing()
	c.sensitivity = c.linkFlows()
	return c
}

// takeKept takes the flows of the last load that would compile to the same.
func (c *flowCompiler) takeKept() {
	for i, b := range c.blocks {
		k := c.kept.last.flows[b.place()]
		if k == nil || !k.block.equals(b) || !c.isCurrent(k.unit) {
			continue
		}
		if k.block != b {
			moved := *k
			moved.block = b // lets the file of the earlier load go
			moved.again.moveTo(b)
			k = &moved
		}
		c.flows[i] = k
	}
	c.dropCallers()
	if !c.incomplete {
		c.dropOtherVersions()
		c.dropCallers()
	}
}

func (b *flowBlock) place() place { return place{b.file.name, b.at.Start.Byte} }

// dropCallers drops the flows that call a flow which must be compiled or is gone:
// actions hold the flows that they call.
func (c *flowCompiler) dropCallers() {
	callers := map[string][]int{}
	var missing []string
	for i, f := range c.flows {
		if f == nil {
			missing = append(missing, c.blocks[i].name)
			continue
		}
		for _, name := range f.calls {
			if _, exists := c.byName[name]; !exists && len(callers[name]) == 0 {
				missing = append(missing, name)
			}
			callers[name] = append(callers[name], i)
		}
	}
	for len(missing) > 0 {
		name := missing[0]
		missing = missing[1:]
		for _, i := range callers[name] {
			if c.flows[i] != nil {
				c.flows[i] = nil
				missing = append(missing, c.blocks[i].name)
			}
		}
	}
}

// dropOtherVersions drops the flows whose version is another one, because the source
// of something that they name has changed.
func (c *flowCompiler) dropOtherVersions() {
	for _, f := range c.flows {
		if f != nil {
			c.versions.addFiles(f.part)
		}
	}
	same := c.next.sources == c.kept.last.sources
	other := make([]bool, len(c.flows))
	parallel.For(len(c.flows), func(i int) {
		f := c.flows[i]
		if f != nil && (!same || len(f.part.files) > 0 || len(f.calls) > 0) {
			other[i] = c.versions.versionOf(f.flow.Name) != f.version
		}
	})
	for i := range other {
		if other[i] {
			c.flows[i] = nil
		}
	}
}

// compileMissing compiles the flows that are missing, those that are called first.
func (c *flowCompiler) compileMissing() {
	called := make([][]string, len(c.blocks))
	parallel.For(len(c.blocks), func(i int) {
		if f := c.flows[i]; f != nil {
			called[i] = f.called
		} else if b := c.blocks[i]; b.mayCall {
			called[i] = c.calledBy(b)
		}
	})
	kinds := c.Kinds
	kinds.Compiled = c.compiled
	kinds.Egress = c.egress
	for _, level := range callLevels(c.byName, called) {
		level = c.onlyMissing(level)
		results := make([]*compiledFlow, len(level))
		c.announceBulk(len(level))
		parallel.For(len(level), func(n int) {
			i := level[n]
			results[n] = c.compile(c.blocks[i], called[i], kinds)
			c.countBulk()
		})
		for n, i := range level {
			c.flows[i], c.fresh[i] = results[n], true
		}
		c.kept.compiled += len(level)
	}
}

// compiled returns the flow of a name, nil if there is none without errors yet.
func (c *flowCompiler) compiled(name string) *flow.Flow {
	i, exists := c.byName[name]
	if !exists || c.flows[i] == nil || c.flows[i].diags.HasErrors() {
		return nil
	}
	return c.flows[i].flow
}

// partOf returns the part of the flow of a name, nil if there is none.
func (c *flowCompiler) partOf(name string) *part {
	i, exists := c.byName[name]
	if !exists || c.flows[i] == nil {
		return nil
	}
	return c.flows[i].part
}

func (c *flowCompiler) onlyMissing(level []int) []int {
	var out []int
	for _, i := range level {
		if c.flows[i] == nil {
			out = append(out, i)
		}
	}
	return out
}

// calledBy lists the flows that a flow calls, as far as the syntax says.
func (c *flowCompiler) calledBy(b *flowBlock) []string {
	if !c.needSyntax(b) {
		return nil
	}
	_, scope := c.newUnit(b.file.dir, b.names, b.reads)
	return calledNames(b.syntax.Body, scope)
}

// compile compiles a flow and lets its syntax go: that of many flows takes more memory
// than the flows.
func (c *flowCompiler) compile(b *flowBlock, called []string, kinds flow.Kinds) *compiledFlow {
	if !c.needSyntax(b) || c.mistaken.Load() {
		return &compiledFlow{unit: &unit{}, block: b} // the load begins again
	}
	f := &compiledFlow{block: b, called: called, links: b.links}
	again := &recompiler{block: b, unset: c.Unset}
	kinds = again.record(kinds)
	f.unit = c.compileUnit(b.file.dir, b.names, b.reads, func(scope *expr.Scope) hcl.Diagnostics {
		f.forms = &expr.Forms{}
		compiled, diags := flow.Compile(b.syntax, scope.WithForms(f.forms), kinds)
		f.flow = compiled
		return diags
	})
	b.syntax = nil
	again.unit, f.again = f.unit, again
	f.diags = append(f.diags, b.headers...)
	if f.flow != nil {
		f.flow.Walk(func(s *flow.Step) {
			if s.Traits.Callee != nil {
				f.calls = append(f.calls, s.Traits.Callee.Name)
			}
		})
	}
	f.part = b.part.withCalls(f.calls)
	if len(f.calls) == 0 {
		c.dropForms(f) // a call is checked with what its input is known to be
	}
	return f
}

// result lists the flows with their findings, and keeps them for the next load.
func (c *flowCompiler) result() compiledFlows {
	out := compiledFlows{sensitivity: c.sensitivity}
	for i, f := range c.flows {
		c.report(f.diags...)
		for _, text := range f.derived {
			c.scopes.derived.add(text)
		}
		c.next.flows[f.block.place()] = f
		if f.flow == nil {
			continue
		}
		if first := c.byName[f.flow.Name]; first != i {
			c.reportTwice(f, c.blocks[first])
			continue
		}
		out.flows = append(out.flows, f.flow)
		out.calls = append(out.calls, f.unbound...)
		out.delays = append(out.delays, f.outlasts...)
	}
	if c.incomplete {
		return out // flows may be missing
	}
	linked := newLinkedFlows(out.flows)
	for _, f := range c.flows {
		for _, call := range f.links {
			out.links = append(out.links, linked.check(call)...)
		}
	}
	return out
}

// reportTwice reports a flow that has the name of an earlier one.
func (c *flowCompiler) reportTwice(f *compiledFlow, first *flowBlock) {
	if !c.needSyntax(f.block) {
		return
	}
	c.report(diag.Error(f.block.syntax.LabelRanges[0], "Flow named twice",
		fmt.Sprintf("Another flow is named %q, at %s. Rename one of them.", f.flow.Name, formatPlace(first.at))))
}
