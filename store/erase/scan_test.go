package erase_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// noted is when the contact of the tests was deleted.
var noted = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)

// engine is an engine in memory, with one task. It calls the function of Read
// twice, as an engine does whose transaction is repeated.
type engine struct {
	task *erase.Task // nil when it is done
	runs []*memoryRun
	keys []store.Key // by name
}

type memoryRun struct {
	id      store.ID
	body    string
	state   store.State
	awaited bool
	damaged bool
}

// add adds a run that was received at a time relative to the deletion.
func (e *engine) add(t *testing.T, at time.Duration, r memoryRun) *memoryRun {
	t.Helper()
	id, err := store.ParseID(ulid.New(noted.Add(at)))
	if err != nil {
		t.Fatal(err)
	}
	r.id = id
	if r.state == 0 {
		r.state = store.Succeeded
	}
	e.runs = append([]*memoryRun{&r}, e.runs...) // tests add the newest last
	return &r
}

func (e *engine) Tasks(context.Context, string) ([]erase.Task, error) {
	if e.task == nil {
		return nil, nil
	}
	return []erase.Task{*e.task}, nil
}

func (e *engine) CountOpen(context.Context, string) (n int, err error) {
	for _, r := range e.runs {
		if r.awaited {
			n++
		}
	}
	return n, nil
}

func (e *engine) Read(_ context.Context, f func(erase.Reader[*memoryRun]) error) error {
	return errors.Join(f(e), f(e))
}

func (e *engine) AwaitedRuns(_ string, limit int) (over []*memoryRun, err error) {
	for _, r := range e.runs {
		if r.awaited && !r.state.Open() && len(over) < limit {
			over = append(over, r)
		}
	}
	return over, nil
}

func (e *engine) Runs(below, floor store.ID, b *erase.Budget, visit func(store.ID, *memoryRun, store.State, *erase.Run)) (bool, error) {
	for _, r := range e.runs {
		if bytes.Compare(r.id[:], below[:]) >= 0 || bytes.Compare(r.id[:], floor[:]) < 0 {
			continue
		}
		if b.IsSpent() {
			return true, nil
		}
		b.Spend(int64(len(r.body)))
		run := &erase.Run{Payload: store.Payload{Body: []byte(r.body)}}
		if r.damaged {
			run = nil
		}
		visit(r.id, r, r.state, run)
	}
	return false, nil
}

func (e *engine) Keys(_ string, name []byte, b *erase.Budget, visit func(scope string, name, value []byte)) (bool, error) {
	for _, k := range e.keys {
		if k.Name <= string(name) {
			continue
		}
		if b.IsSpent() {
			return true, nil
		}
		b.Spend(int64(len(k.Value)))
		visit(k.Scope, []byte(k.Name), k.Value)
	}
	return false, nil
}

func (e *engine) Write(_ context.Context, s *erase.Scan[*memoryRun]) (done store.Erased, err error) {
	for _, r := range s.Found {
		run := &erase.Run{Payload: store.Payload{Body: []byte(r.body)}}
		if s.EraseRun(run, r.awaited, &done) != nil {
			r.body = string(run.Body)
		}
		r.awaited = false
	}
	for _, r := range s.Open {
		r.awaited = true
	}
	for _, k := range s.Keys {
		for i := range e.keys {
			if e.keys[i].Name == string(k.Name) {
				e.keys[i].Value = k.Clean
				done.Keys++
			}
		}
	}
	e.task.Position = s.Next
	if open, _ := e.CountOpen(context.Background(), ""); e.task.Phase == erase.AwaitOpenRuns && open == 0 {
		e.task = nil
	}
	return done, nil
}

// eraseAll calls History until nothing is left to erase now.
func (e *engine) eraseAll(t *testing.T, limit int, maxBytes int64) (all store.Erased) {
	t.Helper()
	for range 1000 {
		done, err := erase.History(t.Context(), e, store.EraseQuery{Limit: limit}, maxBytes)
		if err != nil {
			t.Fatal(err)
		}
		all.Add(done)
		if !done.More {
			return all
		}
	}
	t.Fatal("the erasure does not end")
	return all
}

func newEngine() *engine {
	task := erase.NewTask("ann@example.com", noted)
	return &engine{task: &task}
}

// TestHistory erases an address with budgets of every kind. The result is the
// same.
func TestHistory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		limit    int
		maxBytes int64
	}{{"at once", 100, 1 << 20}, {"one run at a time", 1, 1 << 20}, {"few bytes at a time", 100, 20}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine()
			early := e.add(t, -48*time.Hour, memoryRun{body: "to ann@example.com"})
			other := e.add(t, -47*time.Hour, memoryRun{body: "to joann@example.com"})
			e.add(t, -46*time.Hour, memoryRun{damaged: true})
			open := e.add(t, -time.Hour, memoryRun{body: "ann@example.com", state: store.Waiting})
			last := e.add(t, 0, memoryRun{body: "ann@example.com"})
			later := e.add(t, time.Minute, memoryRun{body: "ann@example.com"})
			e.keys = []store.Key{{Name: "a", Value: []byte("ann@example.com")}, {Name: "b", Value: []byte("b")}, {Name: "c", Value: []byte("ann@example.com")}}
			if got, want := e.eraseAll(t, c.limit, c.maxBytes), (store.Erased{Runs: 2, Keys: 2, Unread: 1, Open: 1}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if early.body != "to (hidden)" || last.body != "(hidden)" || other.body != "to joann@example.com" || open.body != "ann@example.com" || later.body != "ann@example.com" {
				t.Errorf("the bodies are %q, %q, %q, %q, %q", early.body, other.body, open.body, last.body, later.body)
			}
			if e.task.Phase != erase.ScanLateRuns {
				t.Errorf("the phase is %d before the late runs are due", e.task.Phase)
			}
			late := e.add(t, -time.Minute, memoryRun{body: "ann@example.com"}) // recorded late
			open.state, e.task.Late = store.Failed, true
			if got, want := e.eraseAll(t, c.limit, c.maxBytes), (store.Erased{Runs: 2}); got != want {
				t.Errorf("got %+v for the late and the open run, want %+v", got, want)
			}
			if late.body != "(hidden)" || open.body != "(hidden)" || e.task != nil {
				t.Errorf("the bodies are %q, %q; the task is %+v", late.body, open.body, e.task)
			}
		})
	}
}

// TestHistoryStopsAtItsBudget reads no more than a call may.
func TestHistoryStopsAtItsBudget(t *testing.T) {
	t.Parallel()
	e := newEngine()
	for n := range 10 {
		e.add(t, time.Duration(n-20)*time.Hour, memoryRun{body: "ann@example.com"})
	}
	done, err := erase.History(t.Context(), e, store.EraseQuery{Limit: 3}, 1<<20)
	if want := (store.Erased{Runs: 3, More: true}); err != nil || done != want {
		t.Errorf("got %+v, %v; want %+v", done, err, want)
	}
}
