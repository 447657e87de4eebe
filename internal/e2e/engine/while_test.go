package engine_test

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// pagesFlow asks for page /p, /px and /pxx: each address comes from the answer
// before. The flow asks again after a delay.
const pagesFlow = `
flow "f" {
  trigger "webhook" { path = "/f" }
  retry {
    attempts = 3
    initial  = "1ms"
  }
  action "loop" "pages" {
    while = each.index == 0 || each.previous.fetch.body.echo != "pxx"
    action "http" "fetch" {
      url = "OUT/${each.index == 0 ? "p" : "${each.previous.fetch.body.echo}x"}"
    }
    action "delay" "wait" { for = "1ms" }
    action "http" "keep" {
      url  = "OUT/keep"
      json = action.fetch.body.echo
    }
  }
  action "http" "after" {
    url  = "OUT/after"
    json = action.pages.results[*].fetch.body.echo
  }
}`

func checkPages(d *durable) {
	d.t.Helper()
	if got := d.outside.bodies("/after"); len(got) != 1 || got[0] != `["p","px","pxx"]` {
		d.t.Errorf("the pages are %v", got)
	}
	for path, n := range map[string]int{"/p": 1, "/px": 1, "/keep": 3} {
		if got := d.outside.count(path); got != n {
			d.t.Errorf("%s was called %d times, not %d", path, got, n)
		}
	}
}

// TestWhileResumes: the second attempt of a run continues in the iteration that
// failed, with each.previous from the history.
func TestWhileResumes(t *testing.T) {
	t.Parallel()
	d := newDurable(t, pagesFlow)
	d.outside.fail("/pxx", 1)
	d.await(d.accept("/f", `{}`), store.Succeeded)
	checkPages(d)
	if got := d.outside.count("/pxx"); got != 2 {
		t.Errorf("the page that failed was called %d times", got)
	}
}

// TestWhileContinuesAfterARestart: the next process takes each.previous from the
// checkpoints.
func TestWhileContinuesAfterARestart(t *testing.T) {
	t.Parallel()
	d := newDurable(t, pagesFlow)
	d.opts.ShutdownTimeout = time.Millisecond
	d.restart()
	release := d.outside.hold("/pxx")
	run := d.accept("/f", `{}`)
	d.changed.Await(t, "the last page is asked for", func() bool { return d.outside.count("/pxx") == 1 })
	d.restart()
	release()
	d.await(run, store.Succeeded)
	checkPages(d)
}

// TestWhileSync: the caller of a sync flow waits for the last page, and learns of
// a condition that stays true.
func TestWhileSync(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
  }
  action "loop" "pages" {
    while          = each.index == 0 || each.previous.fetch.body.echo != webhook.body.last
    max_iterations = 5
    action "http" "fetch" { url = "OUT/${each.index == 0 ? "p" : "${each.previous.fetch.body.echo}x"}" }
  }
  action "respond" "done" {
    status = 200
    json   = action.pages.count
  }
}`)
	if r := d.post("/f", `{"last": "pxx"}`); r.status != 200 || r.body != "3" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := d.post("/f", `{"last": "none"}`); r.status != 500 || d.outside.count("/pxxxx") != 1 || d.outside.count("/pxxxxx") != 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
}
