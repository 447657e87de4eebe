package jq

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/itchyny/gojq"
)

// interpreter runs a program with the machine of gojq.
type interpreter struct {
	query     *gojq.Query
	variables []string
	constants constants

	mu   sync.Mutex
	idle []*machine // as many as can work at once, and one
}

func newInterpreter(program string, variables []string) (*interpreter, error) {
	query, err := gojq.Parse(program)
	if err != nil {
		return nil, err
	}
	i := &interpreter{query: query, variables: variables}
	if i.constants, err = rewriteProgram(query); err != nil {
		return nil, err
	}
	m, err := i.newMachine()
	if err != nil {
		return nil, err
	}
	i.idle = []*machine{m}
	return i, nil
}

// machine is the code of a program and the run that it serves. The functions of
// the code reach the run through the machine, so a machine serves one run at a
// time.
type machine struct {
	code *gojq.Code
	run  *run
}

func (i *interpreter) newMachine() (*machine, error) {
	m := &machine{}
	code, err := gojq.Compile(i.query, append(m.options(), gojq.WithVariables(i.variables))...)
	m.code = code
	return m, err
}

// take returns an idle machine, or a new one if all are at work.
func (i *interpreter) take() (*machine, error) {
	i.mu.Lock()
	if last := len(i.idle) - 1; last >= 0 {
		m := i.idle[last]
		i.idle = i.idle[:last]
		i.mu.Unlock()
		return m, nil
	}
	i.mu.Unlock()
	return i.newMachine()
}

func (i *interpreter) release(m *machine) {
	m.run = nil
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.idle) <= runtime.GOMAXPROCS(0) {
		i.idle = append(i.idle, m)
	}
}

// interpret runs the program with the machine of gojq.
func (p *Program) interpret(ctx context.Context, in Input) ([]any, error) {
	guard := p.newGuard(ctx, in)
	return p.interpretWithin(&guard, in)
}

// interpretWithin runs the program with the machine of gojq within a guard.
func (p *Program) interpretWithin(guard *guard, in Input) ([]any, error) {
	i, err := p.interpreter()
	if err != nil {
		return nil, err
	}
	m, err := i.take()
	if err != nil {
		return nil, err
	}
	defer i.release(m)
	defer guard.budget.free()
	m.run = &run{guard: guard, program: p, templates: i.constants.templates}
	m.run.setHeaders(in.Headers)
	return m.run.collect(m.code.RunWithContext(guard, in.Value, in.Variables...))
}

// collect returns the values of a program. Values share parts, so a small one in
// memory may be huge when it is written; collect bounds the sum.
func (r *run) collect(iter gojq.Iter) (out []any, err error) {
	defer r.recoverStop(&err)
	out = make([]any, 0, 1)
	size := maxResult
	for {
		v, ok := iter.Next()
		if !ok {
			return out, nil
		}
		if err, isErr := v.(error); isErr {
			return endProgram(out, err)
		}
		if len(out) == MaxResults {
			return nil, ErrTooManyResults
		}
		r.measure(v, &size, maxResult, 0)
		out = append(out, v)
	}
}

// endProgram returns the values of a program that ended itself with halt, and
// the error of a program that failed.
func endProgram(out []any, err error) ([]any, error) {
	var halt *gojq.HaltError
	if errors.As(err, &halt) && halt.Value() == nil {
		return out, nil
	}
	return nil, err
}
