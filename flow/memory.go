package flow

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Memory is the part of a budget of bytes that a run takes for its values. All
// that it has taken is freed when the run ends.
type Memory interface {
	// TryTakeMemory takes bytes unless they would exceed the budget.
	TryTakeMemory(n int64) bool
	// TakeMemory takes bytes, also above the budget.
	TakeMemory(n int64)
	// FreeMemory frees bytes that the run no longer needs.
	FreeMemory(n int64)
}

// endlessMemory is the Memory of a run that is under test.
type endlessMemory struct{}

func (endlessMemory) TryTakeMemory(int64) bool { return true }
func (endlessMemory) TakeMemory(int64)         {}
func (endlessMemory) FreeMemory(int64)         {}

// holdsOthers reports whether the output of the action consists of those of other
// actions, which are counted already.
func (s *Step) holdsOthers() bool { return len(s.Traits.Lists) > 0 || s.Traits.Callee != nil }

// checkMemory fails an action before it begins if the budget is exceeded.
func (s *Step) checkMemory(r *Run) error {
	if s.holdsOthers() || r.Memory.TryTakeMemory(0) {
		return nil
	}
	return outOfMemory("the memory budget is used up (limits.memory)")
}

// takeOutput counts the output of an action. An output above the budget fails an
// action without effect. Other actions keep theirs, because a retry would repeat
// the effect, and the next action fails.
func (s *Step) takeOutput(r *Run, out any) error {
	if out == nil || s.holdsOthers() {
		return nil
	}
	n := value.Size(out)
	if r.Memory.TryTakeMemory(n) {
		return nil
	}
	if s.Traits.Pure {
		return outOfMemory(fmt.Sprintf("its output of about %d KiB does not fit into the memory budget (limits.memory)", n>>10))
	}
	r.Memory.TakeMemory(n)
	return nil
}

func outOfMemory(message string) *Error {
	return &Error{Class: Transient, Reason: ReasonMemory, Message: message, RetryAfter: time.Second}
}

// TakeMemory takes memory for an expression while it is evaluated.
func (c *Call) TakeMemory(n int64) (free func(), ok bool) {
	m := c.frame.run.Memory
	if !m.TryTakeMemory(n) {
		return nil, false
	}
	return func() { m.FreeMemory(n) }, true
}
