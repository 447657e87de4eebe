package engine_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/acmed"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

var postgresServer postgrestest.Shared

func TestMain(m *testing.M) {
	acmed.Prepare()
	os.Exit(postgresServer.Main(m))
}

// fault is a call of the store that fails, and the call after it.
type fault struct {
	method string
	number int  // of the call, from 1
	after  bool // the store did what it was asked, and the answer was lost
}

func (f fault) String() string {
	if f.after {
		return fmt.Sprintf("%s %d, answer lost", f.method, f.number)
	}
	return f.method + " " + strconv.Itoa(f.number)
}

// faulty is a store of which one call is unavailable. It counts the calls.
type faulty struct {
	store.Store
	mu    sync.Mutex
	fault fault
	calls map[string]int

	changed *signaltest.Signal
}

// arm starts to count again.
func (f *faulty) arm(next fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.calls = next, map[string]int{}
}

// counted returns how often each method was called.
func (f *faulty) counted() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.calls)
}

// do calls the store, unless the call is the fault or the one after it.
func (f *faulty) do(method string, call func() error) error {
	f.mu.Lock()
	f.calls[method]++
	since := f.calls[method] - f.fault.number
	fails := f.fault.method == method && (since == 0 || since == 1)
	after := fails && f.fault.after && since == 0
	f.mu.Unlock()
	defer f.changed.Send()
	switch {
	case after:
		_ = call()
	case !fails:
		return call()
	}
	return &store.UnavailableError{Err: io.ErrShortWrite}
}

func (f *faulty) Accept(ctx context.Context, s *store.Submission) (out store.Accepted, err error) {
	err = f.do("Accept", func() error { out, err = f.Store.Accept(ctx, s); return err })
	return out, err
}

func (f *faulty) Claim(ctx context.Context, q store.ClaimQuery) (out store.Claimed, err error) {
	err = f.do("Claim", func() error { out, err = f.Store.Claim(ctx, q); return err })
	return out, err
}

func (f *faulty) Heartbeat(ctx context.Context, lease time.Duration, claims ...store.Claim) (lost []store.Claim, err error) {
	err = f.do("Heartbeat", func() error { lost, err = f.Store.Heartbeat(ctx, lease, claims...); return err })
	return lost, err
}

func (f *faulty) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	return f.do("Checkpoint", func() error { return f.Store.Checkpoint(ctx, c, steps...) })
}

func (f *faulty) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	return f.do("Finish", func() error { return f.Store.Finish(ctx, c, e) })
}

func (f *faulty) Retry(ctx context.Context, c store.Claim, r store.Requeue) error {
	return f.do("Retry", func() error { return f.Store.Retry(ctx, c, r) })
}

func (f *faulty) Suspend(ctx context.Context, c store.Claim, r store.Requeue) error {
	return f.do("Suspend", func() error { return f.Store.Suspend(ctx, c, r) })
}

func (f *faulty) Record(ctx context.Context, runs ...*store.Entry) error {
	return f.do("Record", func() error { return f.Store.Record(ctx, runs...) })
}

func (f *faulty) Get(ctx context.Context, id string) (out *store.Run, err error) {
	err = f.do("Get", func() error { out, err = f.Store.Get(ctx, id); return err })
	return out, err
}

func (f *faulty) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (existing store.Key, made bool, err error) {
	err = f.do("PutKey", func() error { existing, made, err = f.Store.PutKey(ctx, k, ttl); return err })
	return existing, made, err
}

func (f *faulty) DropKey(ctx context.Context, k store.Key) error {
	return f.do("DropKey", func() error { return f.Store.DropKey(ctx, k) })
}

func (f *faulty) GetContact(ctx context.Context, email string) (out *store.Contact, err error) {
	err = f.do("GetContact", func() error { out, err = f.Store.GetContact(ctx, email); return err })
	return out, err
}

func (f *faulty) ChangeContact(ctx context.Context, c store.ContactChange) (out store.ContactChanged, err error) {
	err = f.do("ChangeContact", func() error { out, err = f.Store.ChangeContact(ctx, c); return err })
	return out, err
}

// faultyFlows use the store in every way in which a run can. Each
// round has an id, and by it paths of its own.
const faultyFlows = `
flow "start" {
  retry { initial = "1ms" }
  trigger "webhook" {
    path     = "/start"
    order_by = webhook.body.id
    dedupe { key = webhook.body.id }
  }
  action "http" "before" { url = "OUT/before/${webhook.body.id}" }
  action "http" "flaky" { url = "OUT/flaky/${webhook.body.id}" }
  action "flow" "other" {
    flow    = "other"
    input   = { id = webhook.body.id }
    wait    = false
  }
  action "tag" "note" {
    contact = "${webhook.body.id}@example.com"
    add     = ["bought", "asked"]
  }
  action "flow" "called" {
    flow  = "called"
    input = { email = "${webhook.body.id}@example.com" }
    wait  = false
  }
  action "delay" "wait" { for = "1ms" }
  action "loop" "each" {
    for_each = ["a", "b"]
    action "flow" "part" {
      flow  = "part"
      input = { id = "${webhook.body.id}-${each.value}" }
    }
  }
  action "http" "after" { url = "OUT/after/${webhook.body.id}" }
}
flow "other" {
  trigger "flow" {
    variable "id" { type = string }
  }
  action "http" "other" { url = "OUT/other/${input.id}" }
}
flow "part" {
  trigger "flow" {
    variable "id" { type = string }
  }
  action "flow" "other" {
    flow  = "other"
    input = { id = input.id }
    wait  = false
  }
  on_error {
    action "http" "failed" { url = "OUT/failed/${input.id}" }
  }
}
flow "bought" {
  trigger "tag" { tag = "bought" }
  action "webhook" "deliver" {
    url = "OUT/deliver"
    field "email" {}
    throttle {
      key   = contact.email
      every = "1h"
    }
  }
}
flow "asked" {
  trigger "tag" {
    tag      = "asked"
    throttle = "0s"
  }
  action "http" "asked" { url = "OUT/asked/${contact.email}" }
}
flow "called" {
  trigger "tag" { tag = "unused" }
  action "http" "called" { url = "OUT/called/${contact.email}" }
}
flow "sent" {
  trigger "tag" { tag = "sent:bought/deliver" }
  action "http" "sent" { url = "OUT/sent/${contact.email}" }
}
`

// faultyPaths lists the calls of a round: each once.
func faultyPaths(id string) []string {
	email := id + "@example.com"
	return []string{
		"/before/" + id, "/after/" + id, "/other/" + id, "/other/" + id + "-a", "/other/" + id + "-b", "/asked/" + email, "/called/" + email, "/sent/" + email,
	}
}

// TestStoreUnavailableAtEachCall makes the store unavailable at each call of
// runs that use it in every way, one after the other. No accepted run fails, and
// no completed action runs twice.
func TestStoreUnavailableAtEachCall(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		testFaults(t, func() (store.Store, error) { return sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}}) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := postgresServer.Database(t)
		testFaults(t, func() (store.Store, error) {
			return postgres.Open(context.Background(), url, postgres.Options{Clock: clock.System{}})
		})
	})
}

func testFaults(t *testing.T, open func() (store.Store, error)) {
	d := newStopped(t)
	d.opts.Lease = 3 * time.Second // a claim whose answer is lost is free then
	f := &faulty{calls: map[string]int{}, changed: d.changed}
	d.open = func() (store.Store, error) {
		var err error
		f.Store, err = open()
		return f, err
	}
	d.write(faultyFlows)
	d.start()
	round := 0
	run := func(next fault) {
		round++
		d.runWithFault(t, f, next, "r"+strconv.Itoa(round))
	}
	run(fault{})
	calls := f.counted()
	for _, m := range []struct {
		name  string
		loses bool // whether its answer may be lost; a lost claim waits for the end of its lease
		most  int  // calls that fail; idle gateways claim too
	}{
		{"Accept", true, 20},
		{"Claim", false, 2},
		{"Checkpoint", true, 20},
		{"Finish", true, 20},
		{"Retry", true, 20},
		{"Suspend", true, 20},
		{"PutKey", true, 20},
		{"GetContact", false, 20},
		{"ChangeContact", true, 20},
	} {
		if calls[m.name] == 0 {
			t.Errorf("the flows never call %s", m.name)
		}
		for number := 1; number <= min(calls[m.name], m.most); number++ {
			run(fault{method: m.name, number: number})
			if m.loses {
				run(fault{method: m.name, number: number, after: true})
			}
		}
	}
	d.failHeartbeat(t, f)
}

// failHeartbeat lets the first renewal of a lease fail while an action runs.
func (d *durable) failHeartbeat(t *testing.T, f *faulty) {
	t.Helper()
	release := d.outside.hold("/before/beat")
	go func() {
		defer release()
		d.changed.Wait(func() bool { return f.counted()["Heartbeat"] > 1 })
	}()
	d.runWithFault(t, f, fault{method: "Heartbeat"}, "beat") // calls 0 and 1
}

// runWithFault starts the flows and waits for the end of all runs.
func (d *durable) runWithFault(t *testing.T, f *faulty, next fault, id string) {
	t.Helper()
	f.arm(next)
	d.outside.fail("/flaky/"+id, 1)
	signaltest.Repeat(t, next.String()+": the request is accepted", func() bool {
		r := d.post("/start", `{"id": "`+id+`"}`)
		if r.status != 200 && next.method != "Accept" {
			t.Fatalf("%s: the request was refused: %d %s", next, r.status, r.body)
		}
		return r.status == 200
	})
	d.changed.Await(t, next.String()+": all actions ran and no run is open", func() bool {
		open, err := f.Depths(context.Background())
		return err == nil && len(open) == 0 && !slices.ContainsFunc(faultyPaths(id), func(path string) bool { return d.outside.count(path) == 0 })
	})
	for _, path := range faultyPaths(id) {
		if n := d.outside.count(path); n != 1 {
			t.Errorf("%s: %s was called %d times", next, path, n)
		}
	}
	if n := d.outside.count("/flaky/" + id); n != 2 {
		t.Errorf("%s: the action that failed once was called %d times", next, n)
	}
	failed, err := f.List(context.Background(), store.ListQuery{Filter: store.Filter{States: []store.State{store.Failed}}})
	if err != nil || len(failed.Runs) > 0 {
		t.Fatalf("%s: runs failed: %+v, %v", next, failed.Runs, err)
	}
}

// TestContinueWithoutStore: a caller whose run can't be stored gets 503 and may
// come again.
func TestContinueWithoutStore(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
  }
  action "respond" "now" { then = "continue" }
  action "http" "later" { url = "OUT/later" }
}`)
	d.store.down.Store(true)
	if r := d.post("/s", `{}`); r.status != 503 || r.header.Get("Retry-After") == "" {
		t.Errorf("got %+v", r)
	}
	d.store.down.Store(false)
	d.await(d.accept("/s", `{}`), store.Succeeded)
	if n := d.outside.count("/later"); n != 1 {
		t.Errorf("the rest ran %d times", n)
	}
}
