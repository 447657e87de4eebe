package flow

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
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

// smallText is the length up to which an encoded answer takes no memory.
const smallText = 64 << 10

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

// encodeJSON encodes a value that may hold a large text many times. The memory of
// the encoded text is taken before it is made, and kept until the run ends.
func encodeJSON(env expr.Env, v any) ([]byte, error) {
	size := value.EncodedSize(v)
	if err := takeAnswer(env, size); err != nil {
		return nil, err
	}
	return value.Append(make([]byte, 0, size), v)
}

// takeAnswer takes memory for the body of an answer until the run ends.
func takeAnswer(env expr.Env, n int64) error {
	m, ok := env.(expr.MemoryTaker)
	if !ok || n <= smallText {
		return nil
	}
	if _, ok := m.TakeMemory(n); !ok {
		return outOfMemory(fmt.Sprintf("an answer of about %d KiB does not fit into the memory budget (limits.memory)", n>>10))
	}
	return nil
}

// TakeMemory takes memory for an expression while it is evaluated, or until the run
// ends if free is not called.
func (c *Call) TakeMemory(n int64) (free func(), ok bool) { return c.frame.run.TakeMemory(n) }

// TakeMemory takes memory for an expression of the trigger.
func (r *Run) TakeMemory(n int64) (free func(), ok bool) {
	m := r.Memory
	if m == nil {
		return func() {}, true
	}
	if !m.TryTakeMemory(n) {
		return nil, false
	}
	return func() { m.FreeMemory(n) }, true
}
