package engine_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway/endpoint"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func isReplay(r reply) bool { return r.header.Get(endpoint.ReplayedHeader) == "true" }

func TestDedupeAsync(t *testing.T) {
	t.Parallel()
	d := newDurable(t, oneAction(`
    dedupe { key = webhook.headers["X-Id"] }
    response {
      status = 202
      json   = { run = run.id }
    }`))
	first := d.post("/f", `{}`, "X-Id", "7")
	again := d.post("/f", `{"other": 1}`, "X-Id", "7")
	if first.status != 202 || isReplay(first) {
		t.Errorf("the first got %+v", first)
	}
	if again.status != 202 || again.body != first.body || again.run() != first.run() || !isReplay(again) {
		t.Errorf("the repeat got %+v, the first %+v", again, first)
	}
	other, none, none2 := d.post("/f", `{}`, "X-Id", "8"), d.post("/f", `{}`), d.post("/f", `{}`)
	for _, r := range []reply{first, other, none, none2} {
		d.await(r.run(), store.Succeeded)
	}
	if n := d.outside.count("/act"); n != 4 {
		t.Errorf("%d runs were done", n)
	}
	d.restart()
	if late := d.post("/f", `{}`, "X-Id", "7"); !isReplay(late) || late.body != first.body {
		t.Errorf("after a restart a repeat got %+v", late)
	}
}

const syncDedupe = `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "http" "act" { url = "OUT/act" }
  action "respond" "ok" {
    status = 201
    json   = { run = run.id }
  }
}`

func TestDedupeSync(t *testing.T) {
	t.Parallel()
	d, log := newStopped(t), &lines{}
	d.opts.Log = newJSONLog(t, log)
	d.write(syncDedupe)
	d.start()
	release := d.outside.hold("/act")
	answers := make(chan reply, 1)
	go func() { answers <- d.post("/s", `{}`, "X-Id", "1") }()
	d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/act") == 1 })
	early := d.post("/s", `{}`, "X-Id", "1")
	if early.status != http.StatusServiceUnavailable || early.header.Get("Retry-After") == "" {
		t.Errorf("a repeat of what is under way got %+v", early)
	}
	d.await(early.run(), store.Refused)
	if line := log.with("refused: in_progress"); len(line) != 1 || strings.Contains(line[0], `"cause"`) {
		t.Errorf("the log has %q", line)
	}
	release()
	first := <-answers
	again := d.post("/s", `{}`, "X-Id", "1")
	if first.status != 201 || again.status != 201 || again.body != first.body || !isReplay(again) || again.run() != first.run() {
		t.Errorf("the repeat got %+v, the first %+v", again, first)
	}
	d.outside.fail("/act", 1)
	if r := d.post("/s", `{}`, "X-Id", "2"); r.status != http.StatusBadGateway {
		t.Errorf("a failed run was answered with %+v", r)
	}
	if r := d.post("/s", `{}`, "X-Id", "2"); r.status != 201 || isReplay(r) {
		t.Errorf("after a failure the next got %+v", r)
	}
	if n := d.outside.count("/act"); n != 3 {
		t.Errorf("the action was done %d times", n)
	}
}

// A dedupe key may belong to a run whose gateway died before it stored a
// response.
func TestDedupeOfDeadRuns(t *testing.T) {
	t.Parallel()
	d := newDurable(t, syncDedupe)
	hold := func(name string, began time.Time) string {
		id := ulid.New(began)
		if _, made, err := d.store.PutKey(context.Background(), store.Key{Scope: store.DedupeScope("s"), Name: name, Run: id}, time.Hour); err != nil || !made {
			t.Fatal(made, err)
		}
		return id
	}
	hold("young", time.Now().Add(-time.Minute))
	hold("old", time.Now().Add(-time.Hour))
	kept := hold("kept", time.Now().Add(-time.Hour))
	err := d.store.Record(context.Background(), &store.Entry{
		ID: kept, Flow: "s", State: store.Succeeded, Status: 201, Payload: store.Payload{Response: []byte(`{"status": 201, "body": "aGk="}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	bare := hold("bare", time.Now().Add(-time.Hour)) // the history had no time for more
	if err := d.store.Record(context.Background(), &store.Entry{ID: bare, Flow: "s", State: store.Succeeded, Status: 201}); err != nil {
		t.Fatal(err)
	}
	if r := d.post("/s", `{}`, "X-Id", "bare"); r.status != 201 || !isReplay(r) || r.body != "" || r.run() != bare {
		t.Errorf("the key of a run of which the outcome alone was kept gave %+v", r)
	}
	if r := d.post("/s", `{}`, "X-Id", "young"); r.status != http.StatusServiceUnavailable {
		t.Errorf("what may be under way gave %+v", r)
	}
	if r := d.post("/s", `{}`, "X-Id", "old"); r.status != 201 || isReplay(r) {
		t.Errorf("the key of a dead run gave %+v", r)
	}
	if r := d.post("/s", `{}`, "X-Id", "kept"); r.status != 201 || !isReplay(r) || r.body != "hi" || r.run() != kept {
		t.Errorf("the key of a run that was kept gave %+v", r)
	}
}

// TestDedupeOfFailedRun: a delivery that is repeated after a repair starts a new
// run, once.
func TestDedupeOfFailedRun(t *testing.T) {
	t.Parallel()
	d := newDurable(t, oneAction(`dedupe { key = webhook.headers["X-Id"] }`))
	d.outside.fail("/act", 1)
	first := d.post("/f", `{}`, "X-Id", "7")
	d.await(first.run(), store.Failed)
	second := d.post("/f", `{}`, "X-Id", "7")
	if second.status != 200 || isReplay(second) || second.run() == first.run() {
		t.Errorf("the repeat of a failed run got %+v", second)
	}
	d.await(second.run(), store.Succeeded)
	if third := d.post("/f", `{}`, "X-Id", "7"); !isReplay(third) || third.run() != second.run() {
		t.Errorf("the repeat of a run that succeeded got %+v", third)
	}
}

// TestDedupeOfFailedRest: the same holds for a sync run that failed after its
// caller had the answer.
func TestDedupeOfFailedRest(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "respond" "now" { then = "continue" }
  action "http" "act" { url = "OUT/act" }
}`)
	d.outside.fail("/act", 1)
	first := d.post("/s", `{}`, "X-Id", "7")
	d.await(first.run(), store.Failed)
	second := d.post("/s", `{}`, "X-Id", "7")
	if second.status != 200 || isReplay(second) || second.run() == first.run() {
		t.Errorf("the repeat of a failed run got %+v", second)
	}
	d.await(second.run(), store.Succeeded)
	if third := d.post("/s", `{}`, "X-Id", "7"); !isReplay(third) || third.run() != second.run() {
		t.Errorf("the repeat of a run that succeeded got %+v", third)
	}
}
