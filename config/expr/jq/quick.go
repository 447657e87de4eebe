package jq

import "context"

// quickSteps is how many steps a quick run may take, about a millisecond of work.
const quickSteps = 1 << 14

// RunQuick is Run for a caller who can't wait: it runs programs that are closures and
// take few steps. It reports false for all others, and for programs that fail; they
// have changed nothing, and Run runs them.
func (p *Program) RunQuick(ctx context.Context, in Input) (out []any, done bool) {
	if p.compiled == nil {
		return nil, false
	}
	steps := quickSteps
	in.Steps = &steps
	out, err := p.runCompiled(ctx, in)
	return out, err == nil
}
