package flow

import (
	"context"
	"slices"
	"strings"
)

// Resume gives what an action of the run returned, or how it failed, when the
// run was at work before. Where done is false the action is to be done.
type Resume func(c *Call) (out any, err error, done bool)

// before asks whether the step was done when the run was at work before.
// Whatever stood in its conditions then, it is not asked again.
func (s *Step) before(c *Call) (out any, err error, done bool) {
	resume := c.frame.run.Resume
	if resume == nil {
		return nil, nil, false
	}
	out, err, done = resume(c)
	if n, nests := s.Action.(Nester); nests && done && err == nil {
		for _, l := range n.Lists() {
			c.recall(l)
		}
	}
	return out, err, done
}

// recall notes the outputs of a list that was done, for on_error.
func (c *Call) recall(l List) {
	f := c.frame.child()
	for _, s := range l {
		if out, err, done := s.before(&Call{Step: s, frame: f}); done && err == nil {
			f.set(s.Name, out)
		}
	}
}

// begun tells whether anything inside the action was done when the run was at
// work before: it goes on then, whatever its condition says by now.
func (c *Call) begun() bool {
	run := c.frame.run
	if run.Resume == nil {
		return false
	}
	if run.Resumes != nil && run.Resumes(c.Path()+"/") {
		return true
	}
	n, nests := c.Step.Action.(Nester)
	return nests && slices.ContainsFunc(n.Lists(), c.Begun)
}

// Places are those inside of which something was done: what paths of actions
// begin with, such as "items/" and "items/3/". Asking for one must cost little,
// as a loop of thousands does it for each element.
type Places map[string]struct{}

// Add notes where an action stands.
func (p Places) Add(path string) {
	for i := strings.LastIndexByte(path, '/'); i >= 0; i = strings.LastIndexByte(path[:i], '/') {
		if _, known := p[path[:i+1]]; known {
			return // and those around it
		}
		p[path[:i+1]] = struct{}{}
	}
}

// Has tells whether something was done whose path begins so.
func (p Places) Has(prefix string) bool {
	_, ok := p[prefix]
	return ok
}

// Begun tells whether the run has done anything of a list inside the call when
// it was at work before: an action that chooses among lists goes on in that
// one, also where it would choose another by now.
func (c *Call) Begun(l List) bool {
	if c.frame.run.Resume == nil {
		return false
	}
	inner := &Call{frame: c.frame.child()}
	for _, s := range l {
		inner.Step = s
		if _, _, done := s.before(inner); done {
			return true
		}
		if has := c.frame.run.Resumes; has != nil && has(inner.Path()+"/") {
			return true
		}
		n, nests := s.Action.(Nester)
		if !nests {
			continue
		}
		for _, in := range n.Lists() {
			if inner.Begun(in) {
				return true
			}
		}
	}
	return false
}

// fallbackContext bounds an on_error list. It goes on after the run's own time
// is over, which may be what failed the run; but one that has no time of its
// own ends with its run.
func fallbackContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited || ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, fallbackLimit)
}
