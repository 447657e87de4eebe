package engine_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

func (f *flaky) Record(ctx context.Context, entries ...*store.Entry) error {
	if slow := f.slow.Load(); slow != nil {
		f.waits.Add(1)
		f.changed.Send()
		<-*slow
	}
	return f.Store.Record(ctx, entries...)
}

// More sync runs arrive than a slow store can record. Each one is recorded with
// its outcome: the first ones and the failed ones with all details, the others
// without.
func TestHistoryShedsDetailsBeforeRows(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    variable "good" { type = bool }
  }
  action "stop" "bad" {
    when   = !webhook.good
    status = "failed"
  }
  action "respond" "ok" { json = { good = webhook.good } }
}`)
	slow := make(chan struct{})
	d.store.slow.Store(&slow)
	first := d.post("/s", `{"good": true}`).run()
	// A later batch would take so many of the others that too few wait.
	d.changed.Await(t, "the first run is being written", func() bool { return d.store.waits.Load() > 0 })
	var mu sync.Mutex
	var ids []string
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				r := d.post("/s", `{"good": true}`)
				if r.status != http.StatusOK {
					t.Errorf("a request got %d while the history is slow", r.status)
				}
				mu.Lock()
				ids = append(ids, r.run())
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	last, bad := d.post("/s", `{"good": true}`).run(), d.post("/s", `{"good": false}`).run()
	close(slow)
	d.stop() // writes waiting entries
	whole := func(run *store.Run, steps int) bool {
		return len(run.Body) > 0 && len(run.Event) > 0 && len(run.Steps) == steps
	}
	if !whole(d.await(first, store.Succeeded), 2) || !whole(d.await(bad, store.Failed), 1) {
		t.Error("a run that came before the load, or one that failed, lacks details")
	}
	run := d.await(last, store.Succeeded)
	if len(run.Body)+len(run.Steps) > 0 || run.Status != http.StatusOK || run.Started.IsZero() || run.Finished.IsZero() {
		t.Errorf("the last run is kept as %+v", run)
	}
	for _, id := range ids {
		d.await(id, store.Succeeded)
	}
}

// unsized hides the length of a body, so that it is sent in chunks.
type unsized struct{ io.Reader }

// The bodies of failed runs exceed the memory for entries that wait for a slow
// store. Each run is recorded with its error, the last ones without their
// request.
func TestHistoryShedsBodies(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  limits { body = "16MiB" }
}
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
  }
  action "stop" "bad" {
    status  = "failed"
    message = "not today"
  }
}`)
	slow := make(chan struct{})
	d.store.slow.Store(&slow)
	body := `{"text":"` + strings.Repeat("x", 12<<20) + `"}`
	var ids []string
	for range 8 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+"/s", unsized{strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		ids = append(ids, res.Header.Get("Gateway-Run"))
	}
	close(slow)
	d.stop() // writes waiting entries
	kept := 0
	for _, id := range ids {
		run := d.await(id, store.Failed)
		kept += len(run.Body)
		if run.Cause.Message != "not today" || run.Cause.Action != "bad" {
			t.Errorf("run %s failed for %+v", id, run.Cause)
		}
	}
	if most := 64<<20 + 2*len(body); kept == 0 || kept > most {
		t.Errorf("%d bytes of bodies waited, want %d at most", kept, most)
	}
}
