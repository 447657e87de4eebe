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
	"github.com/webhook-gateway/gateway/store/postgres"
)

func submission() *store.Submission {
	return &store.Submission{ID: ulid.New(time.Now()), Flow: "orders", Status: 202, Payload: store.Payload{Event: []byte("event"), Body: []byte("body")}}
}

// TestNotifiesOtherStores accepts runs in one store, of which another store is
// notified.
func TestNotifiesOtherStores(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	one, other := open(t, url), open(t, url)
	awaitReady := func() {
		select {
		case <-other.Ready():
		case <-time.After(signaltest.Patience):
			t.Fatal("the other store was not notified")
		}
	}
	awaitReady() // it has begun to listen
	for range 3 {
		if _, err := one.Accept(t.Context(), submission()); err != nil {
			t.Fatal(err)
		}
		awaitReady()
	}
}

// TestServerKilled kills the server while stores accept and finish runs, and
// starts it again. Confirmed operations are stored, and the stores recover by
// themselves.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	url := s.Database(t)
	l := &load{t: t, finished: map[string]bool{}}
	l.maxFailed.Store(math.MaxInt64)
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
	l.compareWith(stores[0])
}

// load is the load of several workers, and the results of their operations.
type load struct {
	t            *testing.T
	changed      signaltest.Signal // sent after each operation, and when the server is back
	done, failed atomic.Int64
	maxFailed    atomic.Int64 // after so many failures workers wait for the server

	mu       sync.Mutex
	finished map[string]bool // by id of an accepted run
}

// awaitDone waits until so many more operations have succeeded.
func (l *load) awaitDone(more int64) {
	l.t.Helper()
	enough := l.done.Load() + more
	l.changed.Await(l.t, "the stores recover", func() bool { return l.done.Load() >= enough })
}

// restart kills the server, lets operations fail, and starts it again.
func (l *load) restart(s *postgrestest.Server, failures int64) {
	l.t.Helper()
	enough := l.failed.Load() + failures
	l.maxFailed.Store(enough)
	s.Kill()
	l.changed.Await(l.t, "operations fail", func() bool { return l.failed.Load() >= enough })
	s.Start(l.t)
	l.maxFailed.Store(math.MaxInt64)
	l.changed.Send()
}

// work executes runs until stop is closed.
func (l *load) work(s store.Store, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if err := l.executeRun(s); err == nil {
			l.done.Add(1)
		} else {
			l.failed.Add(1)
			if !store.IsUnavailable(err) {
				l.t.Errorf("the error without a server: %v", err)
				return
			}
		}
		l.changed.Send()
		l.changed.Wait(func() bool { return l.failed.Load() < l.maxFailed.Load() })
	}
}

func (l *load) executeRun(s store.Store) error {
	sub := submission()
	sub.Claim = &store.DirectClaim{Owner: "test", Lease: time.Hour, Started: true}
	got, err := s.Accept(context.Background(), sub)
	if err != nil {
		return err
	}
	l.noteRun(sub.ID, false)
	if err := s.Finish(context.Background(), *got.Claim, &store.Ending{State: store.Succeeded}); err != nil {
		return err
	}
	l.noteRun(sub.ID, true)
	return nil
}

func (l *load) noteRun(id string, finished bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finished[id] = finished
}

// compareWith compares the confirmed operations with a store.
func (l *load) compareWith(s store.Store) {
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

// TestRunsHaveTheirOwnPool occupies all connections of housekeeping, operators
// and contacts. Runs are still accepted, claimed, extended and finished.
func TestRunsHaveTheirOwnPool(t *testing.T) {
	t.Parallel()
	s := open(t, server.Database(t))
	release := postgres.OccupyWritePool(t.Context(), t, s)
	defer release()
	id := ulid.New(time.Now())
	if _, err := s.Accept(t.Context(), &store.Submission{ID: id, Flow: "f"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Claim(t.Context(), store.ClaimQuery{Owner: "o", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "f"}}})
	if err != nil || len(got.Work) != 1 || got.Work[0].Err != nil {
		t.Fatalf("claimed %+v, %v", got.Work, err)
	}
	claim := got.Work[0].Claim
	if lost, err := s.Heartbeat(t.Context(), time.Minute, claim); err != nil || len(lost) > 0 {
		t.Fatalf("lost %v, %v", lost, err)
	}
	if err := s.Finish(t.Context(), claim, &store.Ending{State: store.Succeeded}); err != nil {
		t.Fatal(err)
	}
}
