package sensitivity

import (
	"slices"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// walker passes once through the lists of a flow.
type walker struct {
	*analysis
	state *flowState
	calls func(*flow.Callee) *flow.Flow
	loops []loop // around the current list, the outermost first
}

// loop is an action whose list reads each.
type loop struct {
	elements *taint
	list     flow.List
}

// visitList visits the steps of a list. why is not "" if all of them are
// sensitive.
func (w *walker) visitList(l flow.List, why string) {
	for _, s := range l {
		if why != "" && !w.isSensitive(s) {
			w.change(s, func(h *flow.Hidden) { h.Sensitive, h.Inherited = why, true })
			w.state.changed = true
		}
		w.visitStep(s)
	}
}

func (w *walker) visitStep(s *flow.Step) {
	if w.isSensitive(s) && w.steps[s].Sensitive == "" {
		w.change(s, func(h *flow.Hidden) { h.Sensitive = "has sensitive = true " + place(s.Range) })
	}
	inner := ""
	if w.isSensitive(s) {
		w.setOutput(s, ownTaint(s))
		inner = ownTaint(s).because("is inside")
	}
	read := w.visitReads(s)
	for _, l := range s.Traits.Lists {
		w.visitInner(s, l, read, inner)
	}
	if c := s.Traits.Callee; c != nil {
		w.visitCall(s, c, read)
	}
	if s.Traits.Returns && w.outputs[s] != nil && w.state.outcome == nil {
		w.state.outcome, w.state.changed = w.outputs[s].derived(), true
	}
}

// ownTaint returns the taint of the outputs of a sensitive action.
func ownTaint(s *flow.Step) *taint {
	return &taint{origin: "action." + s.Name + ", which is sensitive", direct: true, at: s.Range}
}

// visitInner visits a list inside of a step.
func (w *walker) visitInner(s *flow.Step, l flow.List, read *taint, why string) {
	if s.Traits.Iterates {
		w.loops = append(w.loops, loop{read, l})
		defer func() { w.loops = w.loops[:len(w.loops)-1] }()
	}
	w.visitList(l, why)
	if !s.Traits.Gathers {
		return
	}
	for _, in := range l {
		if t := w.outputs[in]; t != nil {
			w.setOutput(s, t.derived())
			w.explainOutput(s, "holds the output of action."+in.Name+", which "+t.String())
		}
	}
}

// visitReads visits the expressions of a step. It returns the taint of the values
// from which the step may compute, nil for none.
func (w *walker) visitReads(s *flow.Step) *taint {
	var found *taint
	for _, r := range s.Reads {
		t, why := w.readerScope(s, r).taintOf(r)
		if t != nil {
			w.readers[r] = why
		}
		if r.Kept() {
			continue
		}
		if t != nil && w.steps[s].Error == "" {
			w.change(s, func(h *flow.Hidden) { h.Error = why })
		}
		if t == nil && r.Secret() != "" && (computes(s) || repeats(s, r)) {
			t, why = &taint{origin: r.Secret(), at: s.Range}, "reads "+r.Secret()
		}
		if t == nil {
			continue
		}
		if found == nil {
			found = t.derived()
		}
		if repeats(s, r) || !s.Traits.OwnOutputs && s.Traits.Callee == nil {
			w.setOutput(s, t.derived())
			w.explainOutput(s, why)
		}
	}
	return found
}

// repeats reports whether an action repeats a field in its outputs.
func repeats(s *flow.Step, r expr.Reader) bool { return slices.Contains(s.Traits.Repeats, r.Name()) }

// readerScope returns the walker in whose loops a reader stands. The condition of
// a loop reads each of the loop itself.
func (w *walker) readerScope(s *flow.Step, r expr.Reader) *walker {
	if !s.Traits.Iterates || r.Name() != "while" || len(s.Traits.Lists) == 0 {
		return w
	}
	inner := *w
	inner.loops = slices.Concat(w.loops, []loop{{nil, s.Traits.Lists[0]}})
	return &inner
}

// computes reports whether the gateway itself computes the outputs of an action.
func computes(s *flow.Step) bool {
	return s.Traits.Pure || len(s.Traits.Lists) > 0 || s.Traits.Callee != nil
}

func (w *walker) setOutput(s *flow.Step, t *taint) {
	if w.outputs[s] == nil {
		w.outputs[s], w.state.changed = t, true
	}
}

func (w *walker) explainOutput(s *flow.Step, why string) {
	if !w.isSensitive(s) && w.steps[s].Output == "" {
		w.change(s, func(h *flow.Hidden) { h.Output = why })
	}
}

// visitCall passes taints to the called flow and takes that of its output.
func (w *walker) visitCall(s *flow.Step, c *flow.Callee, read *taint) {
	callee := w.flows[w.calls(c)]
	if callee == nil {
		return
	}
	if w.isSensitive(s) {
		read = ownTaint(s).derived()
	}
	w.hideArguments(s, callee.flow)
	changed := false
	if read != nil && callee.input == nil {
		callee.input, changed = read, true
	}
	if w.isSensitive(s) && c.Waits && callee.inside == nil {
		callee.inside, changed = ownTaint(s), true
	}
	if changed {
		w.enqueue(callee)
		w.state.changed = w.state.changed || callee == w.state
	}
	if t := callee.outcome; c.Waits && t != nil {
		w.setOutput(s, t)
		w.explainOutput(s, `holds the output of flow "`+callee.flow.Name+`", which `+t.String())
	}
}

// hideArguments hides the input of a call whose flow has sensitive variables.
func (w *walker) hideArguments(s *flow.Step, callee *flow.Flow) {
	why := hiddenByVariables(callee)
	if why == "" {
		return
	}
	for _, r := range s.Reads {
		if r.Name() == "input" && w.whyHidden(r) == "" {
			w.readers[r] = `is passed to flow "` + callee.Name + `", which ` + why
		}
	}
}

// taintOf returns the taint of what a reader reads, and says what it reads.
func (w *walker) taintOf(r expr.Reader) (*taint, string) {
	for _, ref := range r.Sources() {
		if t := w.lookup(ref); t != nil {
			name := ref.String()
			if ref.Root == expr.EventInput {
				name = "the input of the flow"
			}
			return t, "reads " + name + ", which " + t.String()
		}
	}
	return nil, ""
}

// lookup returns the taint of a name.
func (w *walker) lookup(ref expr.Ref) *taint {
	switch ref.Root {
	case "action":
		if len(ref.Path) == 0 {
			return w.anyOutput()
		}
		return w.outputs[w.state.steps[ref.Path[0]]]
	case "each":
		return w.lookupEach(ref.Path, len(w.loops)-1)
	case "run", "flow", "error": // errors redact their messages themselves
		return nil
	}
	if credential := w.state.flow.Parts.Credential; credential != nil {
		if is, _ := credential(ref); is {
			return &taint{origin: ref.String() + ", a credential", direct: true, at: w.state.flow.Range}
		}
	}
	if t := w.declaredTaint(ref); t != nil {
		return t
	}
	return w.state.input
}

// declaredTaint returns the taint of a name that holds a variable with
// sensitive = true.
func (w *walker) declaredTaint(ref expr.Ref) *taint {
	declared := w.state.flow.Parts.Sensitive
	if declared == nil {
		return nil
	}
	v := declared(ref)
	if v == nil {
		return nil
	}
	return &taint{origin: v.Name + ", which is sensitive", direct: ref.String() == v.Name, at: v.Range}
}

// anyOutput returns the taint of the first sensitive output of the flow.
func (w *walker) anyOutput() *taint {
	var found *taint
	w.state.flow.Walk(func(s *flow.Step) {
		if found == nil {
			found = w.outputs[s]
		}
	})
	return found
}

// lookupEach returns the taint of a member of each in a loop by its depth.
func (w *walker) lookupEach(path []string, depth int) *taint {
	if depth < 0 {
		return nil
	}
	in := w.loops[depth]
	first := ""
	if len(path) > 0 {
		first = path[0]
	}
	switch first {
	case "index":
		return nil
	case "key", "value":
		return in.elements
	case "outer":
		return w.lookupEach(path[1:], depth-1)
	case "previous":
		return w.lookupPrevious(in.list, path[1:])
	}
	for _, t := range []*taint{in.elements, w.lookupPrevious(in.list, nil), w.lookupEach(nil, depth-1)} {
		if t != nil {
			return t
		}
	}
	return nil
}

// lookupPrevious returns the taint of outputs of the iteration before.
func (w *walker) lookupPrevious(l flow.List, path []string) *taint {
	for _, s := range l {
		if t := w.outputs[s]; t != nil && (len(path) == 0 || path[0] == s.Name) {
			return t
		}
	}
	return nil
}
