package postgres_test

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func submission() *store.Submission {
	return &store.Submission{ID: ulid.New(time.Now()), Flow: "orders", Status: 202, Payload: store.Payload{Event: []byte("event"), Body: []byte("body")}}
}

// TestWakesOtherStores accepts a run in one store, of which another one hears.
func TestWakesOtherStores(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	one, other := open(t, url), open(t, url)
	heard := func() {
		select {
		case <-other.Ready():
		case <-time.After(signaltest.Patience):
			t.Fatal("the other store hears nothing")
		}
	}
	heard() // it has begun to listen
	for range 3 {
		if _, err := one.Accept(t.Context(), submission()); err != nil {
			t.Fatal(err)
		}
		heard()
	}
}

// TestServerKilled kills the server under stores that accept and finish runs,
// and starts it again. What was accepted is there, what was finished is
// finished, and the stores go on by themselves.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	url := s.Database(t)
	l := &losses{t: t, finished: map[string]bool{}}
	l.enough.Store(math.MaxInt64)
	stores := []store.Store{open(t, url), open(t, url)}
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() { l.work(stores[n%2], stop) })
	}
	for range 3 {
		l.awaitDone(40)
		l.restart(s, 40)
	}
	l.awaitDone(40)
	close(stop)
	wait.Wait()
	l.check(stores[0])
}

// losses counts the operations of workers while a server goes away.
type losses struct {
	t            *testing.T
	changed      signaltest.Signal // sent after each operation, and when the server is back
	done, failed atomic.Int64
	enough       atomic.Int64 // failures; after these, workers wait for the server

	mu       sync.Mutex
	finished map[string]bool // by id of runs that were accepted
}

// awaitDone waits until so many operations more have succeeded.
func (l *losses) awaitDone(more int64) {
	l.t.Helper()
	before := l.done.Load()
	l.changed.Await(l.t, "the stores go on", func() bool { return l.done.Load() >= before+more })
}

// restart kills the server, lets operations fail, and starts it again.
func (l *losses) restart(s *postgrestest.Server, failures int64) {
	l.t.Helper()
	enough := l.failed.Load() + failures
	l.enough.Store(enough)
	s.Kill()
	l.changed.Await(l.t, "operations fail", func() bool { return l.failed.Load() >= enough })
	s.Start(l.t)
	l.enough.Store(math.MaxInt64)
	l.changed.Send()
}

func (l *losses) work(s store.Store, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if err := l.one(s); err == nil {
			l.done.Add(1)
		} else {
			l.failed.Add(1)
			if !store.IsUnavailable(err) {
				l.t.Errorf("a server that is away: %v", err)
				return
			}
		}
		l.changed.Send()
		l.changed.Wait(func() bool { return l.failed.Load() < l.enough.Load() })
	}
}

func (l *losses) one(s store.Store) error {
	sub := submission()
	sub.Claim = &store.DirectClaim{Owner: "test", Lease: time.Hour, Started: true}
	got, err := s.Accept(context.Background(), sub)
	if err != nil {
		return err
	}
	l.note(sub.ID, false)
	if err := s.Finish(context.Background(), *got.Claim, &store.Ending{State: store.Succeeded}); err != nil {
		return err
	}
	l.note(sub.ID, true)
	return nil
}

func (l *losses) note(id string, finished bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finished[id] = finished
}

func (l *losses) check(s store.Store) {
	l.t.Logf("%d runs, %d errors", len(l.finished), l.failed.Load())
	for id, finished := range l.finished {
		run, err := s.Get(context.Background(), id)
		switch {
		case err != nil:
			l.t.Errorf("run %s was accepted: %v", id, err)
		case finished && run.State != store.Succeeded:
			l.t.Errorf("run %s was finished and is %s", id, run.State)
		case string(run.Body) != "body":
			l.t.Errorf("the body of run %s is %q", id, run.Body)
		}
	}
}
