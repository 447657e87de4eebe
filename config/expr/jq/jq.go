// Package jq runs jq programs within bounds of time and memory.
//
// gojq looks for the end of its context between two steps of its machine, but a
// step such as gsub on a long text or . + . on a long list is not bounded. So a
// program is rewritten before it is compiled: operators and functions whose work
// or result can grow become calls of functions of this package. They look at the
// context while they work, and they refuse to make a value above a bound. Their
// results and messages are those of gojq.
//
// Most programs also become closures of Go, which use the same functions and take
// a fraction of the time. gojq runs a program only if it has a part that closures
// don't know, or if it fails: an error comes from gojq with its message.
//
// The files closure*.go make closures of a program. The files rewrite*.go walk through the program, prelude.jq has the functions
// that jq itself can define, and functions.go lists those in Go. Names of functions begin with "_:", which no program can write.
package jq

import (
	"context"
	"errors"
	"runtime"

	"github.com/itchyny/gojq"
)

// ErrTooManyResults reports a program that yields more values than MaxResults.
var ErrTooManyResults = errors.New("the jq program yields too many values")

// MaxResults bounds how many values one run of a program may yield.
const MaxResults = 100_000

// Program is a compiled program. It is safe for concurrent use.
type Program struct {
	// MaxGrowth is how many bytes the heap may grow during a run.
	MaxGrowth uint64

	compiled  *compiled // nil if gojq runs the program
	reason    string    // why gojq runs the program
	query     *gojq.Query
	variables []string
	constants constants
	cache     *patternCache
	idle      chan *machine
}

// Input holds the values that one run of a program reads.
type Input struct {
	Value     any
	Variables []any            // in the order of the names given to Compile
	Headers   []map[string]any // objects whose names are found in any case
	// Steps is how many steps the program may take, nil for any number. It is
	// decreased by those that the run takes.
	Steps *int
	// TakeMemory takes memory of a budget for the values that the run makes, until
	// free is called at its end. It is nil if nothing is counted.
	TakeMemory func(n int64) (free func(), ok bool)
}

// Compile compiles a parsed program, which it changes. The names of variables
// begin with a dollar sign.
func Compile(query *gojq.Query, variables []string) (*Program, error) {
	p := &Program{MaxGrowth: maxHeapGrowth, query: query, variables: variables, cache: newPatternCache(), idle: make(chan *machine, runtime.GOMAXPROCS(0)+1)}
	p.compiled, p.reason = compileClosure(query, variables)
	var err error
	if p.constants, err = rewriteProgram(query); err != nil {
		return nil, err
	}
	m, err := p.newMachine()
	if err != nil {
		return nil, err
	}
	if p.compiled == nil {
		p.idle <- m
	}
	return p, nil
}

// machine is the code of a program and the run that it serves. The functions of
// the code reach the run through the machine, so a machine serves one run at a
// time.
type machine struct {
	code *gojq.Code
	run  *run
}

func (p *Program) newMachine() (*machine, error) {
	m := &machine{}
	code, err := gojq.Compile(p.query, append(m.options(), gojq.WithVariables(p.variables))...)
	m.code = code
	return m, err
}

// take returns an idle machine, or a new one if all are at work.
func (p *Program) take() (*machine, error) {
	select {
	case m := <-p.idle:
		return m, nil
	default:
		return p.newMachine()
	}
}

func (p *Program) release(m *machine) {
	m.run = nil
	select {
	case p.idle <- m:
	default:
	}
}

// Run runs the program and returns all values that it yields. The input is not
// changed.
func (p *Program) Run(ctx context.Context, in Input) ([]any, error) {
	if p.compiled == nil {
		return p.interpret(ctx, in)
	}
	steps := 0
	if in.Steps != nil {
		steps = *in.Steps
	}
	out, err := p.runCompiled(ctx, in)
	if !errors.Is(err, errFailed) {
		return out, err
	}
	if in.Steps != nil {
		*in.Steps = steps
	}
	return p.interpret(ctx, in)
}

// interpret runs the program with the machine of gojq.
func (p *Program) interpret(ctx context.Context, in Input) ([]any, error) {
	m, err := p.take()
	if err != nil {
		return nil, err
	}
	defer p.release(m)
	guard := &guard{Context: ctx, maxGrowth: p.MaxGrowth, left: in.Steps, budget: budget{take: in.TakeMemory, maxGrowth: p.MaxGrowth}}
	defer guard.budget.free()
	m.run = newRun(guard, p, in.Headers)
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
