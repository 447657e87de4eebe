package expr

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// Forms are the compiled forms of the expressions and jq programs of one block: the
// part of them that only an evaluation needs, and that takes most of their memory.
// Drop lets the forms go. The first evaluation of one of them compiles the block again
// and takes the fast forms from there. Most flows never need another one: the first
// evaluation that does compiles the block once more and takes all of them. What checks
// and pages read of an expression stays. Forms are safe for concurrent use once the
// block is compiled.
type Forms struct {
	mu       sync.Mutex
	exprs    []*Expr // without constants, which have a value in place of a form
	programs []*Program
	again    func(*Forms) error // compiles the block with other Forms; nil if all forms are here
	fast     bool               // the fast forms are here

	made []*form // of a compilation for forms: all of them, those inside others too
}

// form is what an evaluation needs of an expression.
type form struct {
	fast node      // nil in the general tier
	slow *slowForm // nil if the expression has a fast form, and has not needed this one yet
}

// slowForm is what checks need of an expression, and evaluations without a fast form.
type slowForm struct {
	static cty.Value // see KnownParts
	typ    cty.Type

	// general is what HCL evaluates; nil in the constant tier. Forms that are dropped
	// after the checks are made without it, unless a check needs it.
	general     *general
	makeGeneral func() *general
	once        sync.Once
}

func (f *slowForm) needGeneral() *general {
	f.once.Do(func() {
		if f.makeGeneral != nil {
			f.general, f.makeGeneral = f.makeGeneral(), nil
		}
	})
	return f.general
}

// programForm is what a run of a jq program needs.
type programForm struct {
	*sharedProgram
	vars []jqVariable
}

// WithForms returns a scope whose expressions and programs are added to f.
func (s *Scope) WithForms(f *Forms) *Scope {
	return s.withBase(func(b *scopeBase) { b.forms = f })
}

// newForm gives an expression an empty form.
func (e *Expr) newForm(f *Forms) *slowForm {
	made := &form{slow: &slowForm{typ: cty.DynamicPseudoType}}
	e.form.Store(made)
	if f != nil && f.made != nil {
		f.made = append(f.made, made)
	}
	return made.slow
}

// addTo adds a compiled expression to forms, which may be nil.
func (e *Expr) addTo(f *Forms) {
	if f != nil && e.tier != Constant {
		e.forms, f.exprs = f, append(f.exprs, e)
	}
}

func (p *Program) addTo(f *Forms) {
	if f != nil {
		p.forms, f.programs = f, append(f.programs, p)
	}
}

// Drop lets the forms go. again compiles the block with the Forms that it gets, and
// must give the same expressions as the first time.
func (f *Forms) Drop(again func(*Forms) error) {
	f.again, f.fast = again, false
	for _, e := range f.exprs {
		e.form.Store(nil)
	}
	for _, p := range f.programs {
		p.form.Store(nil)
	}
}

var errOtherForms = errors.New("the flow has other expressions than at first")

// restore brings the forms back, all of them or the fast ones. If that fails, the next
// evaluation tries again: what has succeeded at load can only fail for a reason that
// passes, such as a jq program that was stopped because the memory of the process was
// short.
func (f *Forms) restore(all bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.again == nil || f.fast && !all {
		return nil
	}
	if err := f.takeForms(all); err != nil {
		return err
	}
	f.fast = true
	if all {
		f.again, f.exprs, f.programs = nil, nil, nil
	}
	return nil
}

func (f *Forms) takeForms(all bool) error {
	made := &Forms{made: []*form{}}
	if err := f.again(made); err != nil {
		return err
	}
	f.sort()
	made.sort()
	if !slices.EqualFunc(f.exprs, made.exprs, func(a, b *Expr) bool { return a.rng == b.rng && a.tier == b.tier }) ||
		!slices.EqualFunc(f.programs, made.programs, func(a, b *Program) bool { return a.rng == b.rng }) {
		return errOtherForms
	}
	made.finish(all)
	for i, e := range f.exprs {
		e.form.Store(made.exprs[i].form.Load())
	}
	for i, p := range f.programs {
		p.form.Store(made.programs[i].form.Load())
	}
	return nil
}

// finish makes the general forms, as the functions that would make them later keep the
// scope. Without all, expressions with a fast form have no other one.
func (f *Forms) finish(all bool) {
	for _, made := range f.made {
		switch {
		case made.fast == nil || all:
			made.slow.needGeneral()
		default:
			dropExprs(made.fast)
			made.slow = nil
		}
	}
}

// sort sorts the forms by place: attributes are compiled in any order.
func (f *Forms) sort() {
	slices.SortStableFunc(f.exprs, func(a, b *Expr) int { return comparePlaces(a.rng, b.rng) })
	slices.SortStableFunc(f.programs, func(a, b *Program) int { return comparePlaces(a.rng, b.rng) })
}

func comparePlaces(a, b hcl.Range) int {
	return cmp.Or(cmp.Compare(a.Start.Byte, b.Start.Byte), cmp.Compare(a.End.Byte, b.End.Byte))
}

// needForm returns the form, which may have to be compiled again.
func (e *Expr) needForm() (*form, *Error) {
	if f := e.form.Load(); f != nil {
		return f, nil
	}
	if err := e.forms.restore(false); err != nil {
		return nil, notCompiledAgain(e.rng, err)
	}
	return e.form.Load(), nil
}

// needWhole returns the form with what checks need, and evaluations without a fast
// form. A member of a list or an object may have none: that around it has.
func (e *Expr) needWhole() (*form, *Error) {
	if f := e.form.Load(); f != nil && f.slow != nil {
		return f, nil
	}
	if e.forms == nil {
		return nil, &Error{Range: e.rng, Summary: "No form but the fast one"}
	}
	if err := e.forms.restore(true); err != nil {
		return nil, notCompiledAgain(e.rng, err)
	}
	return e.form.Load(), nil
}

// needForm returns the form, which may have to be compiled again.
func (p *Program) needForm() (*programForm, *Error) {
	if f := p.form.Load(); f != nil {
		return f, nil
	}
	if err := p.forms.restore(false); err != nil {
		return nil, notCompiledAgain(p.rng, err)
	}
	return p.form.Load(), nil
}

func notCompiledAgain(at hcl.Range, err error) *Error {
	return &Error{Range: at, Summary: "Not compiled again", Detail: diag.Sentence(fmt.Errorf("the expressions of the flow were compiled when it was loaded, and compiling them for the first run failed: %w", err))}
}
