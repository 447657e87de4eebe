package expr

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Reader is a compiled expression or jq program, as the analysis of sensitive
// values sees it (package flow/sensitivity). The analysis ends before the first
// evaluation.
type Reader interface {
	// Name returns the name of the attribute, "" if the value is a part of one.
	Name() string
	// Refs lists the names of the run that the result depends on.
	Refs() []Ref
	// Sources lists the names of the run whose values the result holds. It leaves
	// out those that the file passes to nonsensitive.
	Sources() []Ref
	// Secret returns the secret that the expression reads, "" for none.
	Secret() string
	// Kept reports whether outputs of the action never repeat the value.
	Kept() bool
	// Hide makes the value sensitive. why begins with a verb: "reads …".
	Hide(why string)
	// Hidden returns why the value is sensitive, "" if it is not.
	Hidden() string
	// Range returns the place in the file.
	Range() hcl.Range
}

var (
	_ Reader = (*Expr)(nil)
	_ Reader = (*Program)(nil)
)

// WithObserver returns a scope that passes each expression and jq program that is
// compiled with it to observe.
func (s *Scope) WithObserver(observe func(Reader)) *Scope {
	c := *s
	c.observer = observe
	return &c
}

func (s *Scope) observe(r Reader) {
	if s.observer != nil {
		s.observer(r)
	}
}

// Sources lists the names of the run whose values the result holds.
func (e *Expr) Sources() []Ref {
	if rare := e.rare.orNone(); rare.lifts {
		return rare.sources
	}
	return e.refs
}

// Secret returns the secret that the expression reads, "" for none.
func (e *Expr) Secret() string { return e.rare.orNone().secret }

// SetKept declares that outputs of the action never repeat the value, such as the
// credentials of a request. It is called once, after Compile.
func (e *Expr) SetKept() { e.kept = true }

// Kept reports whether outputs of the action never repeat the value.
func (e *Expr) Kept() bool { return e.kept }

// Repeatable reports whether another system may repeat a sensitive value in an
// output that is shown: the value is kept, and is no secret.
func (e *Expr) Repeatable() bool { return e.kept && e.rare.orNone().hidden != "" }

// Hide makes the value sensitive. It is called before the first evaluation.
func (e *Expr) Hide(why string) {
	if why != "" || e.rare != nil {
		e.needRare().hidden = why
	}
}

// Hidden returns why the value is sensitive, "" if it is not.
func (e *Expr) Hidden() string {
	rare := e.rare.orNone()
	if rare.hidden == "" && rare.secret != "" {
		return "reads " + rare.secret
	}
	return rare.hidden
}

// Sensitive reports whether the expression reads a secret or another sensitive
// value.
func (e *Expr) Sensitive() bool {
	return e.rare != nil && (e.rare.secret != "" || e.rare.hidden != "")
}

// Name returns the name of the attribute that holds programs.
func (p *Program) Name() string { return "jq" }

// Range returns the place of the program.
func (p *Program) Range() hcl.Range { return p.rng }

// EventInput is the root of the name under which Sources lists the value that the
// trigger gives to programs without an input of their own.
const EventInput = "."

// SetEventInput declares that the program reads the value that the trigger gives. It
// is called once, after CompileJQ.
func (p *Program) SetEventInput() { p.byEvent = true }

// EventParts returns the parts that the program reads of the value that the trigger
// gives, nil for all of it. It reports false if it has an input of its own.
func (p *Program) EventParts() (parts *value.Parts, reads bool) {
	form, failed := p.needForm()
	if failed != nil {
		return nil, p.byEvent
	}
	return form.reads, p.byEvent
}

// Sources lists the names of the run that the program reads.
func (p *Program) Sources() []Ref {
	if p.byEvent {
		return append(slices.Clip(p.Refs()), Ref{Root: EventInput})
	}
	return p.Refs()
}

// Secret returns "": a program holds no secret.
func (p *Program) Secret() string { return "" }

// Kept returns false: the output is the result of the program.
func (p *Program) Kept() bool { return false }

// Hide makes the results sensitive. It is called before the first run.
func (p *Program) Hide(why string) { p.hidden = why }

// Hidden returns why the results are sensitive, "" if they are not.
func (p *Program) Hidden() string { return p.hidden }

// Sensitive reports whether the program reads a sensitive value.
func (p *Program) Sensitive() bool { return p != nil && p.hidden != "" }

// unnamedSecret stands for the secret of a value that has no name of its own.
const unnamedSecret = "a secret"

// findSecret returns the name that reads a marked constant, "" if none does. It
// ignores members that the constant does not have; checkNames reports them.
func (s *Scope) findSecret(names []hcl.Traversal) string {
	for _, t := range names {
		v, ok := s.consts[t.RootName()]
		if !ok {
			continue
		}
		if got, diags := t.TraverseAbs(&hcl.EvalContext{Variables: map[string]cty.Value{t.RootName(): v}}); !diags.HasErrors() {
			v = got
		}
		if v.ContainsMarked() {
			return Ref{Root: t.RootName(), Path: memberPath(t[1:])}.String()
		}
	}
	return ""
}

// String writes the name as in a file.
func (r Ref) String() string {
	text := r.Root
	for _, name := range r.Path {
		if hclsyntax.ValidIdentifier(name) {
			text += "." + name
		} else {
			text += `["` + name + `"]`
		}
	}
	return text
}

// liftedRanges returns the places of the arguments of nonsensitive.
func liftedRanges(o outline) []hcl.Range {
	var out []hcl.Range
	for _, call := range o.callsOf(funcs.Nonsensitive) {
		for _, arg := range call.Args {
			out = append(out, arg.Range())
		}
	}
	return out
}

// withoutLifted returns the names that lie in none of the ranges.
func withoutLifted(names []hcl.Traversal, ranges []hcl.Range) []hcl.Traversal {
	if len(ranges) == 0 {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(t hcl.Traversal) bool { return liesInside(t.SourceRange(), ranges) })
}

func liesInside(r hcl.Range, ranges []hcl.Range) bool {
	return slices.ContainsFunc(ranges, func(o hcl.Range) bool {
		return o.Filename == r.Filename && o.Start.Byte <= r.Start.Byte && r.End.Byte <= o.End.Byte
	})
}
