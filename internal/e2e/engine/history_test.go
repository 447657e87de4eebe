package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// onDisk returns the content of all files of the store.
func (d *durable) onDisk() []byte {
	d.t.Helper()
	files, err := filepath.Glob(filepath.Join(d.dir, "*"))
	if err != nil || len(files) == 0 {
		d.t.Fatal(files, err)
	}
	var all []byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			d.t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

const secretive = `
secret "api" { env = "API" }
secret "inner" { env = "INNER" }
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "MODE"
    auth "bearer" { token = secret.inner }
    auth "query" {
      name  = "token"
      value = secret.inner
    }
  }
  action "transform" "made" {
    jq        = "{ text: (\"made-up\" + \"-value\") }"
    sensitive = true
  }
  action "transform" "leaky" {
    jq    = "{ both: ., visible: (\"plain-to\" + \"-see\") }"
    input = "x-${secret.api}"
  }
  action "http" "act" {
    url     = "OUT/act"
    headers = { X-Api = secret.api }
    json    = { made = action.made.value.text, leaky = action.leaky.value }
  }
  action "transform" "shown" { jq = "\"plain-to\" + \"-see\"" }
  action "http" "breaks" { url = "http://127.0.0.1:1/${secret.api}/${action.made.value.text}" }
}`

func TestNothingSecretOnDisk(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"async", "sync"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, strings.ReplaceAll(secretive, "MODE", mode))
			ids := []string{
				d.post("/f", `{}`, "Authorization", "Bearer hush-hush-INNER", "Cookie", "biscuit-crumbs").run(),
				d.post("/f?token=hush-hush-INNER&page=7", `{}`).run(),
				d.post("/f", `{}`, "Authorization", "Bearer hush-hush-WRONG").run(),
			}
			for i, id := range ids {
				run := d.await(id, []store.State{store.Failed, store.Failed, store.Refused}[i])
				if i == 1 && !strings.Contains(string(run.Event), "page=7") {
					t.Errorf("the request is kept as %s", run.Event)
				}
			}
			if n := d.outside.bodies("/act"); len(n) != 2 || !strings.Contains(n[0], "made-up-value") || !strings.Contains(n[0], "hush-hush-API") {
				t.Errorf("the action was called with %v", n)
			}
			d.stop()
			if err := d.store.Close(); err != nil {
				t.Fatal(err)
			}
			disk := d.onDisk()
			for _, text := range []string{"hush-hush", "made-up-value", "biscuit-crumbs", "aHVzaC1odXNo"} {
				if at := bytes.Index(disk, []byte(text)); at >= 0 {
					t.Errorf("the store holds %q: …%q", text, disk[max(0, at-80):at+40])
				}
			}
			if !bytes.Contains(disk, []byte("plain-to-see")) {
				t.Error("the store holds no output at all")
			}
		})
	}
}

func TestHistoryOfSyncRunsAndRefusals(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    variable "n" { type = number }
  }
  action "http" "act" { url = "OUT/act" }
  action "respond" "ok" { json = { n = webhook.n } }
}
gateway {
  egress { allow = ["127.0.0.1"] }
  limits { stray_requests = 0 }
}`)
	good := d.post("/s", `{"n": 1}`)
	d.outside.fail("/act", 1)
	bad := d.post("/s", `{"n": 2}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if r := d.post("/s", `{"n": "none"}`); r.status != http.StatusUnprocessableEntity {
					t.Errorf("a wrong request got %d", r.status)
				}
				d.post("/nowhere", `{}`)
			}
		})
	}
	wg.Wait()
	d.stop() // writes waiting entries
	if run := d.await(good.run(), store.Succeeded); run.Status != 200 || len(run.Steps) != 2 || !strings.Contains(string(run.Variables), "1") || string(run.Body) != `{"n": 1}` {
		t.Errorf("the good run is kept as %+v", run)
	}
	run := d.await(bad.run(), store.Failed)
	if run.Status != 502 || run.Cause.Action != "act" || !strings.HasPrefix(run.Cause.Position, "flows.hcl:") {
		t.Errorf("the bad run is kept as %+v", run.Summary)
	}
	counts := map[string]int{}
	page, err := d.store.List(context.Background(), store.ListQuery{Limit: store.MaxPage, Filter: store.Filter{States: []store.State{store.Refused}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Runs {
		counts[fmt.Sprintf("%s %d %s", r.Flow, r.Status, r.Cause.Reason)]++
	}
	if len(counts) != 2 {
		t.Errorf("refusals are kept as %v", counts)
	}
	if n := seriesValue(t, d.g, "gateway_refused_requests_unrecorded_total", nil); int(n)+len(page.Runs) != 800 {
		t.Errorf("%v refusals are counted as not kept, of 800 %d are kept", n, len(page.Runs))
	}
	for what, n := range counts {
		if n < 40 || n > 200 {
			t.Errorf("of 400 refusals %d are kept as %q", n, what)
		}
	}
}

func TestFlowsChangeWhileRunsWait(t *testing.T) {
	t.Parallel()
	flows := func(name, more string) string {
		return strings.Replace(oneAction(more), `flow "f"`, fmt.Sprintf("flow %q", name), 1)
	}
	d := newDurable(t, flows("f", "concurrency { max = 1 }"))
	release := d.outside.hold("/act")
	first := d.accept("/f", `{}`)
	d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/act") == 1 })
	second := d.accept("/f", `{}`)

	d.write(flows("g", ""))
	if diags := d.g.Reload("test").Diags; diags.HasErrors() {
		t.Fatal(diags)
	}
	release()
	d.await(first, store.Succeeded) // by the flow that it began with
	if run := d.await(second, store.Queued); run.Attempt != 1 || d.outside.count("/act") != 1 {
		t.Errorf("the run of a flow that is gone was begun: %+v", run.Summary)
	}
	d.restart()
	d.await(second, store.Queued)

	d.write(flows("f", `variable "missing" { type = string }`))
	if diags := d.g.Reload("test").Diags; diags.HasErrors() {
		t.Fatal(diags)
	}
	run := d.await(second, store.Failed)
	if run.Cause.Class != "invalid" || !strings.Contains(run.Cause.Message, "was changed after the run was accepted") || !strings.Contains(run.Cause.Message, "/missing") {
		t.Errorf("it failed for %+v", run.Cause)
	}
	d.await(d.accept("/f", `{"missing": "x"}`), store.Succeeded)
}

func TestReloadUnderRuns(t *testing.T) {
	t.Parallel()
	two := func(last string) string {
		return `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "one" { url = "OUT/one" }
  action "http" "two" { url = "OUT/` + last + `" }
}`
	}
	d := newDurable(t, two("old"))
	release := d.outside.hold("/one")
	var old []string
	for range 5 {
		old = append(old, d.accept("/f", `{}`))
	}
	d.changed.Await(t, "they are under way", func() bool { return d.outside.count("/one") == 5 })
	d.write(two("new"))
	if diags := d.g.Reload("test").Diags; diags.HasErrors() {
		t.Fatal(diags)
	}
	release()
	for _, id := range append(old, d.accept("/f", `{}`)) {
		d.await(id, store.Succeeded)
	}
	if o, n := d.outside.count("/old"), d.outside.count("/new"); o != 5 || n != 1 {
		t.Errorf("the old flow was done %d times and the new one %d times", o, n)
	}
}
