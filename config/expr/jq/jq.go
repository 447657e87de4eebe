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
	"sync"
)

// ErrTooManyResults reports a program that yields more values than MaxResults.
var ErrTooManyResults = errors.New("the jq program yields too many values")

// MaxResults bounds how many values one run of a program may yield.
const MaxResults = 100_000

// Program is a compiled program. It is safe for concurrent use.
type Program struct {
	// MaxGrowth is how many bytes the heap may grow during a run.
	MaxGrowth uint64

	compiled    *compiled                    // nil if gojq runs the program
	reason      string                       // why gojq runs the program
	interpreter func() (*interpreter, error) // made only once a closure fails
	patterns    patterns                     // constant patterns
	cache       patternCache                 // other patterns
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

// Compile compiles a program. The names of variables begin with a dollar sign. The
// error is a *gojq.ParseError if the program can't be read.
func Compile(program string, variables []string) (*Program, error) {
	// gojq finds unknown names also in programs that run as closures.
	i, err := newInterpreter(program, variables)
	if err != nil {
		return nil, err
	}
	p := &Program{MaxGrowth: maxHeapGrowth, patterns: i.constants.patterns}
	if p.compiled, p.reason, err = compileClosure(program, variables); err != nil {
		return nil, err
	}
	if p.compiled == nil {
		p.interpreter = func() (*interpreter, error) { return i, nil }
	} else {
		p.interpreter = sync.OnceValues(func() (*interpreter, error) { return newInterpreter(program, variables) })
	}
	return p, nil
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
