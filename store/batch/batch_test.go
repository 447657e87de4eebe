package batch_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// recorder executes batches of texts and keeps them. It executes a batch when
// the test sends to proceed.
type recorder struct {
	*batch.Batcher[string]
	proceed chan struct{}
	batches [][]string
	fail    map[string]error
}

var errRefused = errors.New("refused")

// newRecorder runs a batcher until the end of the test.
func newRecorder(t *testing.T, c batch.Config[string]) *recorder {
	r := &recorder{proceed: make(chan struct{}), fail: map[string]error{}}
	c.Execute = func(ops []*batch.Op[string]) {
		var values []string
		for _, op := range ops {
			values = append(values, op.Value)
			op.Err = r.fail[op.Value]
		}
		r.batches = append(r.batches, values)
		<-r.proceed
	}
	if c.MaxOps == 0 {
		c.MaxOps = 10
	}
	r.Batcher = batch.New(c)
	ended := make(chan struct{})
	go func() { r.Run(); close(ended) }()
	t.Cleanup(func() {
		r.Close()
		<-ended
	})
	return r
}

// do starts operations one after the other. The function that it returns waits
// for their errors.
func (r *recorder) do(ctx context.Context, values ...string) func() []error {
	errs := make([]error, len(values))
	var wait sync.WaitGroup
	for i, v := range values {
		wait.Go(func() { errs[i] = r.Do(ctx, v) })
		synctest.Wait() // for it to be in the queue
	}
	return func() []error {
		wait.Wait()
		return errs
	}
}

// finish lets the remaining batches proceed and returns all of them.
func (r *recorder) finish() [][]string {
	close(r.proceed)
	synctest.Wait()
	return r.batches
}

func check(t *testing.T, got [][]string, want ...[]string) {
	t.Helper()
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("batches %v, want %v", got, want)
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	// An operation "end X" ends the run X.
	ends := func(v string) []store.Claim {
		if run, ok := strings.CutPrefix(v, "end "); ok {
			return []store.Claim{{ID: run}}
		}
		return nil
	}
	tests := []struct {
		name   string
		config batch.Config[string]
		ops    []string
		want   [][]string // behind the first batch
	}{
		{"shares one batch in the order of arrival", batch.Config[string]{}, []string{"a", "b", "c"}, [][]string{{"a", "b", "c"}}},
		{"limits operations", batch.Config[string]{MaxOps: 2}, []string{"a", "b", "c", "d", "e"}, [][]string{{"a", "b"}, {"c", "d"}, {"e"}}},
		{"limits the size", batch.Config[string]{MaxSize: 4, Size: func(v string) int { return len(v) }}, []string{"aaa", "bb", "c", "ddddddd", "e"}, [][]string{{"aaa", "bb"}, {"c", "ddddddd"}, {"e"}}},
		{"ends a run once in a batch", batch.Config[string]{Ends: ends}, []string{"end 1", "a", "end 1", "end 2", "b", "end 1"}, [][]string{{"end 1", "a", "end 2", "b"}, {"end 1"}, {"end 1"}}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t, c.config)
				first := r.do(t.Context(), "first")
				rest := r.do(t.Context(), c.ops...)
				check(t, r.finish(), append([][]string{{"first"}}, c.want...)...)
				for _, err := range append(first(), rest()...) {
					if err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, batch.Config[string]{})
		r.fail["b"] = errRefused
		wait := r.do(t.Context(), "first", "a", "b", "c")
		r.finish()
		for i, err := range wait() {
			if failed := i == 2; failed != errors.Is(err, errRefused) {
				t.Errorf("operation %d got error %v", i, err)
			}
		}
		// A later operation has no error of an earlier one.
		for _, err := range r.do(t.Context(), "d", "e", "f", "g")() {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, batch.Config[string]{})
		ctx, cancel := context.WithCancel(t.Context())
		under := r.do(ctx, "under way") // it is executing: its result counts
		gone := r.do(ctx, "gone")
		stays := r.do(t.Context(), "stays")
		cancel()
		if err := gone()[0]; !errors.Is(err, context.Canceled) {
			t.Errorf("the operation that was withdrawn got %v", err)
		}
		check(t, r.finish(), []string{"under way"}, []string{"stays"})
		if err := errors.Join(append(under(), stays()...)...); err != nil {
			t.Error(err)
		}
		if err := r.Do(ctx, "late"); !errors.Is(err, context.Canceled) {
			t.Errorf("an operation whose context ended before got %v", err)
		}
	})
}

// TestWithdrawMany withdraws more operations than batches hold, before one that
// stays, and among them one that ends the same run.
func TestWithdrawMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, batch.Config[string]{MaxOps: 2, Ends: func(string) []store.Claim { return []store.Claim{{ID: "1"}} }})
		ctx, cancel := context.WithCancel(t.Context())
		first := r.do(t.Context(), "first")
		gone := r.do(ctx, "a", "b", "c", "d", "e", "f")
		stays := r.do(t.Context(), "stays")
		cancel()
		gone()
		check(t, r.finish(), []string{"first"}, []string{"stays"})
		if err := errors.Join(append(first(), stays()...)...); err != nil {
			t.Error(err)
		}
	})
}

// TestWithdrawRace withdraws all operations that wait: Run must neither spin nor
// stop.
func TestWithdrawRace(t *testing.T) {
	t.Parallel()
	b := batch.New(batch.Config[int]{MaxOps: 10, Execute: func([]*batch.Op[int]) {}})
	go b.Run()
	defer b.Close()
	for n := range 1000 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		if err := b.Do(ctx, n); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if err := b.Do(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, batch.Config[string]{})
		wait := r.do(t.Context(), "a", "b", "c")
		r.Close()
		r.Close()
		if err := r.Do(t.Context(), "late"); !errors.Is(err, store.ErrClosed) {
			t.Errorf("an operation after Close got %v", err)
		}
		check(t, r.finish(), []string{"a"}, []string{"b", "c"})
		if err := errors.Join(wait()...); err != nil {
			t.Error(err)
		}
	})
}
