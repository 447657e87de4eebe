package jq

import (
	"context"
	"errors"
)

// closure is a part of a program as a Go function. The files closure*.go turn the
// programs that they know into closures, which take a fraction of the time of
// gojq's machine and give the same results. A program that fails is run again by
// the machine, so that its message is that of gojq.
//
// A closure has one of two forms: one yields exactly one value, many calls yield
// for each value. An error that yield returns ends the closure.
type closure struct {
	one  func(r *run, v any) (any, error)
	many func(r *run, v any, yield func(any) error) error

	path     []string   // the names of a path such as .a.b, not nil for a path; empty for .
	constant bool       // the value is the same for each input
	value    any        // the value of a constant
	each     *iteration // set for an iteration such as .list[] | .id
}

// iteration is a closure that makes one value of each element of a list.
type iteration struct{ list, then closure }

func (i *iteration) visit(r *run, v any, yield func(any) error) error {
	list, err := i.list.one(r, v)
	if err != nil {
		return err
	}
	elements, ok := r.elementsOf(list)
	if !ok {
		return errFailed
	}
	for _, element := range elements {
		r.tick()
		w, err := i.then.one(r, element)
		if err != nil {
			return err
		}
		if err := yield(w); err != nil {
			return err
		}
	}
	return nil
}

var (
	// errFailed reports a program whose error gojq has to make.
	errFailed = errors.New("the program fails")
	// errStop ends a closure whose further values nobody needs. Who returns it
	// from yield takes it from the closure.
	errStop = errors.New("no further value is needed")
)

// all calls yield for each value of the closure.
func (c closure) all(r *run, v any, yield func(any) error) error {
	if c.one == nil {
		return c.many(r, v, yield)
	}
	w, err := c.one(r, v)
	if err != nil {
		return err
	}
	return yield(w)
}

// leave ends the run of a closure that can't go on. Other than an error, the
// program can't hide that.
func leave() any { panic(stop{errFailed}) }

func constant(value any) closure {
	return closure{one: func(*run, any) (any, error) { return value, nil }, constant: true, value: value}
}

// isTrue reports whether jq takes a value for true.
func isTrue(v any) bool { return v != nil && v != false }

// checked returns the result of a function of this package, whose errors are
// results.
func checked(w any) (any, error) {
	if _, failed := w.(error); failed {
		return nil, errFailed
	}
	return w, nil
}

// compiled is a program as a closure.
type compiled struct {
	program closure
	slots   int  // variables of a run
	headers bool // the program reads headers by name
}

// closureRun is the state of a run, in one piece.
type closureRun struct {
	run   run
	guard guard
}

// runCompiled runs a program as a closure. It returns errFailed if gojq has to
// run the program: no error of the closure but the end of the run is returned.
func (p *Program) runCompiled(ctx context.Context, in Input) ([]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return p.runWithin(&closureRun{guard: p.newGuard(ctx, in)}, in)
}

// runWithin runs a program as a closure with a state that has its guard.
func (p *Program) runWithin(state *closureRun, in Input) ([]any, error) {
	guard, r := &state.guard, &state.run
	r.guard, r.program, r.vars = guard, p, in.Variables
	if p.compiled.headers {
		r.setHeaders(in.Headers)
	}
	if n := p.compiled.slots; n > len(in.Variables) {
		r.vars = make([]any, n)
		copy(r.vars, in.Variables)
	}
	defer guard.budget.free()
	out, err := r.runClosure(p.compiled.program, in.Value)
	guard.spend(1 + int(r.ticks&tickMask)) //nolint:gosec // it is small
	switch {
	case err != nil && guard.Err() != nil:
		return nil, guard.Err()
	case guard.exceeded != nil:
		return nil, guard.exceeded
	}
	return out, err
}

// runClosure returns the values of a program. A bound that the program meets is
// errFailed: gojq has to say which.
func (r *run) runClosure(program closure, v any) (out []any, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			if _, stopped := failure.(stop); !stopped {
				panic(failure)
			}
			out, err = nil, errFailed
		}
	}()
	if program.one == nil {
		return r.allValues(program, v)
	}
	w, err := program.one(r, v)
	if err != nil {
		return nil, err
	}
	size := maxResult
	r.measure(w, &size, maxResult, 0)
	return []any{w}, nil
}

func (r *run) allValues(program closure, v any) ([]any, error) {
	out := make([]any, 0, 1)
	size := maxResult
	err := program.many(r, v, func(w any) error {
		if len(out) == MaxResults {
			return ErrTooManyResults
		}
		r.measure(w, &size, maxResult, 0)
		out = append(out, w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
