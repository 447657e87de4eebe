package triggers

import (
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// takeReads finds out which parts of JSON bodies the flow needs: those that its
// variables, the expressions of the trigger and its actions read. The others are
// checked when a body is decoded, and not made. reads are the expressions and
// programs of the actions.
func (w *webhook) takeReads(reads []expr.Reader) {
	w.declared = nil
	if w.strict {
		return // it looks at all names
	}
	needed := value.NoParts()
	for _, v := range w.variables {
		needed = needed.Join(sourceParts(v.From))
	}
	for _, list := range [][]expr.Reader{w.reads, reads} {
		for _, r := range list {
			needed = needed.Join(readerParts(r))
		}
	}
	w.needed = needed
}

// sourceParts returns the parts of bodies that a variable needs.
func sourceParts(s input.Source) *value.Parts {
	switch {
	case s.Text != nil && s.Text.IsRaw:
		return value.NoParts()
	case s.Text != nil:
		return sourceParts(s.Text.At)
	case s.Part != input.PartBody:
		return value.NoParts()
	}
	var path []value.Step
	for _, step := range s.Steps {
		if step.IsIndex {
			break
		}
		path = append(path, value.Step{Name: step.Name})
	}
	return value.NoParts().With(path...)
}

// readerParts returns the parts of bodies that an expression or a program reads.
func readerParts(r expr.Reader) *value.Parts {
	parts := value.NoParts()
	for _, ref := range r.Refs() {
		if ref.Root == webhookRoot {
			parts = parts.Join(refParts(ref.Path))
		}
	}
	if p, ok := r.(*expr.Program); ok {
		if input, reads := p.EventParts(); reads {
			parts = parts.Join(input)
		}
	}
	return parts
}

// refParts returns the parts of bodies that a name of the run reads, without its
// root.
func refParts(path []string) *value.Parts {
	switch {
	case len(path) == 0:
		return nil // the whole request
	case path[0] != input.PartBody:
		return value.NoParts()
	}
	steps := make([]value.Step, len(path)-1)
	for i, name := range path[1:] {
		steps[i] = value.Step{Name: name}
	}
	return value.NoParts().With(steps...)
}
