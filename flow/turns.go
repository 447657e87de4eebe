package flow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Iteration is one passage through a list of actions, among several that an action
// makes.
type Iteration struct {
	List  List
	Key   string         // of the turn, where the same list has several; "" otherwise
	Roots map[string]any // the names that are known in it
}

// IterationResult is how a turn went. It is zero for a turn that was not begun.
type IterationResult struct {
	Outputs map[string]any // by action of its list; null for those that were skipped
	Err     *Error         // why it failed
}

// MaxIterations bounds the turns of a run, those of all its loops together: each
// leaves records, and loops within loops multiply.
const MaxIterations = 100_000

// Iterate makes n turns, at most so many at once, and waits for all that it has
// begun. After a failure it begins no more and returns it, unless goOn says
// that the others are made all the same. An action that ends the run ends it
// when the turns under way are done. A turn that is put aside counts as one that
// is under way; the run goes on when the shortest of such times is over.
func (c *Call) Iterate(ctx context.Context, n int, turn func(i int) Iteration, atOnce int, goOn bool) ([]IterationResult, error) {
	if c.Attempt <= 1 && c.frame.run.turned.Add(int64(n)) > MaxIterations { // further attempts take up where the first one stopped
		return nil, &Error{Class: Invalid, Message: fmt.Sprintf("the loops of the run, those inside of others included, have come to more than %d elements; split the work among runs, as by action \"flow\" with wait = false", MaxIterations)}
	}
	t := &turns{call: c, n: n, turn: turn, goOn: goOn, results: make([]IterationResult, n)}
	if atOnce = min(atOnce, n); atOnce <= 1 {
		t.work(ctx)
		return t.results, t.outcome()
	}
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() { t.work(ctx) })
	}
	wg.Wait()
	return t.results, t.outcome()
}

// turns is the state of Turns.
type turns struct {
	call    *Call
	n       int
	turn    func(i int) Iteration
	goOn    bool
	results []IterationResult

	mu    sync.Mutex
	next  int
	err   error // the first one, which says that no more are begun
	aside bool
	after time.Duration // of those that are put aside, the shortest
}

func (t *turns) work(ctx context.Context) {
	for i, ok := t.begin(); ok; i, ok = t.begin() {
		if t.end(ctx, i, t.do(ctx, i)) {
			return // it waits in this place
		}
	}
}

// begin returns the next turn to make, and false where no more are begun.
func (t *turns) begin() (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil || t.next == t.n {
		return 0, false
	}
	t.next++
	return t.next - 1, true
}

func (t *turns) do(ctx context.Context, i int) (err error) {
	defer recovered(&err)
	turn := t.turn(i)
	f := t.call.inner()
	f.roots, f.passed = turn.Roots, f.passed || t.goOn
	if turn.Key != "" {
		f.key = t.call.Path() + "/" + turn.Key + "/"
	}
	err = turn.List.execute(ctx, f)
	t.results[i].Outputs = f.outputs
	return err
}

// end notes how a turn went, and tells whether it was put aside.
func (t *turns) end(ctx context.Context, i int, err error) (waits bool) {
	if err == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var aside *parked
	if errors.As(err, &aside) {
		if !t.aside || aside.after < t.after {
			t.after = aside.after
		}
		t.aside = true
		return true
	}
	if !errors.Is(err, errEnd) {
		t.results[i].Err = AsError(err)
		if t.goOn && ctx.Err() == nil {
			return false
		}
	}
	if t.err == nil {
		t.err = err
	}
	return false
}

func (t *turns) outcome() error {
	if t.err == nil && t.aside {
		return &parked{after: t.after, noted: true}
	}
	return t.err
}
