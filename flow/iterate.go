package flow

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Iteration is one pass through a list of actions, such as an element of a loop
// or a branch of a parallel.
type Iteration struct {
	List  List
	Key   string         // tells iterations of the same list apart; "" if there is one
	Roots map[string]any // names that the list may read, such as "each"
}

// IterationResult is the result of an iteration. It is zero for an iteration that
// did not start.
type IterationResult struct {
	Outputs map[string]any // by action of its list; null for skipped ones
	Err     *Error         // why the iteration failed
}

// MaxIterations bounds the iterations of a run, those of all its loops together:
// each iteration leaves records, and nested loops multiply.
const MaxIterations = 100_000

// Iterate runs n iterations, at most concurrency at a time, and waits for all
// that it started.
//
//   - After a failure it starts no more and returns the failure. With
//     continueOnError it runs the others and puts failures into the results.
//   - An action that ends the run ends it once the running iterations are done.
//   - An iteration that is suspended keeps its place among the running ones. The
//     run continues when the shortest of these waits is over.
func (c *Call) Iterate(ctx context.Context, n int, iteration func(i int) Iteration, concurrency int, continueOnError bool) ([]IterationResult, error) {
	if err := c.countIterations(n); err != nil {
		return nil, err
	}
	t := &iterator{call: c, count: n, iteration: iteration, continueOnError: continueOnError, results: make([]IterationResult, n)}
	if concurrency = min(concurrency, n); concurrency <= 1 {
		t.work(ctx)
		return t.results, t.outcome()
	}
	var wg sync.WaitGroup
	for range concurrency {
		wg.Go(func() { t.work(ctx) })
	}
	wg.Wait()
	return t.results, t.outcome()
}

// iterator is the state of one call of Iterate.
type iterator struct {
	call            *Call
	count           int
	iteration       func(i int) Iteration
	continueOnError bool
	results         []IterationResult

	mu        sync.Mutex
	next      int
	err       error // the first failure or end of the run; no iteration starts after it
	suspended bool
	wait      time.Duration // the shortest wait of the suspended iterations
}

// work runs iterations until none is left or one is suspended.
func (t *iterator) work(ctx context.Context) {
	for i, ok := t.take(); ok; i, ok = t.take() {
		if t.noteResult(ctx, i, t.runIteration(ctx, i)) {
			return
		}
	}
}

// take returns the next iteration to run, and false if none may start.
func (t *iterator) take() (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil || t.next == t.count {
		return 0, false
	}
	t.next++
	return t.next - 1, true
}

func (t *iterator) runIteration(ctx context.Context, i int) (err error) {
	defer recoverPanic(&err)
	it := t.iteration(i)
	f := t.call.innerFrame()
	f.roots, f.passedOver = it.Roots, f.passedOver || t.continueOnError
	if it.Key != "" {
		f.key = t.call.iterationKey(it.Key)
	}
	err = it.List.execute(ctx, f)
	t.results[i].Outputs = f.outputsByAction()
	return err
}

// noteResult takes the error of an iteration and reports whether the iteration
// was suspended.
func (t *iterator) noteResult(ctx context.Context, i int, err error) (suspended bool) {
	if err == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var s *suspension
	if errors.As(err, &s) {
		if !t.suspended || s.wait < t.wait {
			t.wait = s.wait
		}
		t.suspended = true
		return true
	}
	if !errors.Is(err, errEnd) {
		t.results[i].Err = AsError(err)
		if t.continueOnError && ctx.Err() == nil {
			return false
		}
	}
	if t.err == nil {
		t.err = err
	}
	return false
}

func (t *iterator) outcome() error {
	if t.err == nil && t.suspended {
		return &suspension{wait: t.wait, recorded: true}
	}
	return t.err
}
