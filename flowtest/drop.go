package flowtest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// drop is the sudden end of a gateway. From its beginning on nothing reaches the
// store, and whoever tries waits until the remains are cleared away.
type drop struct {
	begun   atomic.Bool
	news    chan struct{} // closed when it begins
	cleared chan struct{} // closed when whoever waits may end
}

func newDrop() *drop { return &drop{news: make(chan struct{}), cleared: make(chan struct{})} }

// begin drops the gateway. It returns false if that was done before.
func (d *drop) begin() bool {
	if !d.begun.CompareAndSwap(false, true) {
		return false
	}
	close(d.news)
	return true
}

func (d *drop) happened() bool { return d.begun.Load() }

// hang waits as long as there is something left of the dropped gateway.
func (d *drop) hang(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-d.cleared:
	}
}

// mortalStore is the store as a gateway sees it that may be dropped. A dropped
// gateway has lost all its claims.
type mortalStore struct {
	store.Store
	drop  *drop
	after string // the action whose stored result drops the gateway; "" for none
}

// guard refuses an operation of a dropped gateway.
func (s *mortalStore) guard(ctx context.Context) error {
	if !s.drop.happened() {
		return nil
	}
	s.drop.hang(ctx)
	return store.ErrLost
}

// watch drops the gateway if the result of the action has been stored.
func (s *mortalStore) watch(ctx context.Context, err error, steps []store.Step) error {
	if err != nil || s.after == "" {
		return err
	}
	for _, step := range steps {
		if lastSegment(step.Path) == s.after && (step.State == flow.Succeeded || step.State == flow.Failed || step.State == store.StepEnded) && s.drop.begin() {
			return s.guard(ctx)
		}
	}
	return nil
}

// lastSegment returns the name of the action of a path.
func lastSegment(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// Accept implements store.Queue.
func (s *mortalStore) Accept(ctx context.Context, n *store.Submission) (store.Accepted, error) {
	if err := s.guard(ctx); err != nil {
		return store.Accepted{}, err
	}
	got, err := s.Store.Accept(ctx, n)
	if err == nil {
		err = s.watch(ctx, nil, n.Steps)
	}
	return got, err
}

// Claim implements store.Queue.
func (s *mortalStore) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	if err := s.guard(ctx); err != nil {
		return store.Claimed{Next: -1}, err
	}
	return s.Store.Claim(ctx, q)
}

// Sweep implements store.Queue.
func (s *mortalStore) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	if err := s.guard(ctx); err != nil {
		return store.Swept{}, err
	}
	return s.Store.Sweep(ctx, q)
}

// Heartbeat implements store.Worker.
func (s *mortalStore) Heartbeat(ctx context.Context, lease time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	if err := s.guard(ctx); err != nil {
		return nil, err
	}
	return s.Store.Heartbeat(ctx, lease, claims...)
}

// Checkpoint implements store.Worker.
func (s *mortalStore) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.watch(ctx, s.Store.Checkpoint(ctx, c, steps...), steps)
}

// Finish implements store.Worker.
func (s *mortalStore) Finish(ctx context.Context, c store.Claim, end *store.Ending) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.watch(ctx, s.Store.Finish(ctx, c, end), end.Steps)
}

// Retry implements store.Worker.
func (s *mortalStore) Retry(ctx context.Context, c store.Claim, r store.Requeue) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.watch(ctx, s.Store.Retry(ctx, c, r), r.Steps)
}

// Suspend implements store.Worker.
func (s *mortalStore) Suspend(ctx context.Context, c store.Claim, r store.Requeue) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.watch(ctx, s.Store.Suspend(ctx, c, r), r.Steps)
}

// Release implements store.Worker.
func (s *mortalStore) Release(ctx context.Context, claims ...store.Claim) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Release(ctx, claims...)
}

// Record implements store.History.
func (s *mortalStore) Record(ctx context.Context, runs ...*store.Entry) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Record(ctx, runs...)
}

// PutKey implements store.Keys.
func (s *mortalStore) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (store.Key, bool, error) {
	if err := s.guard(ctx); err != nil {
		return store.Key{}, false, err
	}
	return s.Store.PutKey(ctx, k, ttl)
}

// SetKey implements store.Keys.
func (s *mortalStore) SetKey(ctx context.Context, k store.Key) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.SetKey(ctx, k)
}

// DropKey implements store.Keys.
func (s *mortalStore) DropKey(ctx context.Context, k store.Key) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.DropKey(ctx, k)
}

// ChangeContact implements store.Contacts.
func (s *mortalStore) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	if err := s.guard(ctx); err != nil {
		return store.ContactChanged{}, err
	}
	return s.Store.ChangeContact(ctx, c)
}

// CollectFailures implements store.FailureWindows.
func (s *mortalStore) CollectFailures(ctx context.Context, w store.FailureWatch) (store.CollectedFailures, error) {
	if err := s.guard(ctx); err != nil {
		return store.CollectedFailures{}, err
	}
	return s.Store.CollectFailures(ctx, w)
}

// MarkWindowFired implements store.FailureWindows.
func (s *mortalStore) MarkWindowFired(ctx context.Context, watcher string, begin time.Time) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.MarkWindowFired(ctx, watcher, begin)
}
