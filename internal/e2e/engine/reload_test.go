package engine_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// version returns a set of files. Each response of its flows has the version
// twice, which reveals a set that is loaded in part.
func version(n int) map[string]string {
	texts := map[string]string{
		"flows/v.hcl": fmt.Sprintf("locals {\n  v = %d\n}\n", n),
		"flows/w.hcl": fmt.Sprintf("locals {\n  w = %d\n}\n", n),
	}
	for _, name := range []string{"a", "b"} {
		texts["flows/"+name+".hcl"] = fmt.Sprintf(`flow %q {
  trigger "test" {
    path = "/%s"
    body = "${local.v} ${local.w}"
  }
  action "use" "shared" {
    key = "shared"
  }
  action "use" "own" {
    key = "%s ${local.v}"
  }
}
`, name, name, name)
	}
	return texts
}

// breakages lists edits that make a load fail.
func breakages() []func(map[string]string) {
	return []func(map[string]string){
		func(texts map[string]string) { texts["flows/a.hcl"] = texts["flows/a.hcl"][:40] },
		func(texts map[string]string) { delete(texts, "flows/v.hcl") },
		func(texts map[string]string) {
			texts["flows/b.hcl"] = strings.ReplaceAll(texts["flows/b.hcl"], `"/b"`, `"/a"`)
		},
		func(texts map[string]string) {
			texts["flows/b.hcl"] = strings.Replace(texts["flows/b.hcl"], `key = "b`, "fails = \"error\"\n    key = \"b", 1)
		},
		func(texts map[string]string) {
			texts["flows/b.hcl"] = strings.Replace(texts["flows/b.hcl"], `key = "b`, "fails = \"panic\"\n    key = \"b", 1)
		},
		func(texts map[string]string) {
			texts["flows/b.hcl"] = strings.Replace(texts["flows/b.hcl"], `path = "/b"`, "path = \"/b\"\n    panics = \"parts\"", 1)
		},
	}
}

// During hundreds of good and bad reloads no request fails, sees a set that is
// loaded in part or an older one, or uses a closed resource. Each resource is
// closed once.
func TestReloadsUnderLoad(t *testing.T) {
	t.Parallel()
	const rounds = 300
	l := newLab(t)
	l.writeAll(version(0))
	g := l.start()
	server := httptest.NewServer(g)
	var served, newest atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for i := range 4 {
		callers.Go(func() { hammer(t, server, []string{"/a", "/b"}[i%2], &newest, &served, stop) })
	}
	for n := 1; n <= rounds; n++ {
		texts := version(n)
		bad := breakages()[n%len(breakages())]
		before := current(g)
		bad(texts)
		l.writeAll(texts)
		if g.Reload("test").OK {
			t.Errorf("round %d: broken files were loaded", n)
		}
		if current(g) != before {
			t.Errorf("round %d: broken files replaced the snapshot", n)
		}
		l.writeAll(version(n))
		if !g.Reload("test").OK {
			t.Fatal(g.LastLoad().Diags)
		}
		newest.Store(int64(n))
	}
	for seen := served.Load(); served.Load() < seen+100 && !t.Failed(); {
		call(g, "POST", "/a", "")
	}
	close(stop)
	callers.Wait()
	server.Close()
	if failures := seriesValue(t, g, "gateway_config_reloads_total", map[string]string{"result": "failure"}); failures != rounds {
		t.Errorf("%v failures counted", failures)
	}
	if failed := seriesValue(t, g, "gateway_runs_total", map[string]string{"state": "failed"}); failed != -1 { // no series: none has failed
		t.Errorf("%v runs failed", failed)
	}
	// One shared resource, and two of each version.
	if opened, closed := l.opened.Load(), l.closed.Load(); opened-closed != 3 {
		t.Errorf("before the end: %d opened, %d closed", opened, closed)
	}
	g.Close()
	g.Close()
	if opened, closed := l.opened.Load(), l.closed.Load(); opened != closed || opened < 2*rounds {
		t.Errorf("at the end: %d opened, %d closed", opened, closed)
	}
}

// hammer sends requests until stop is closed, and checks each response.
func hammer(t *testing.T, server *httptest.Server, path string, newest, served *atomic.Int64, stop chan struct{}) {
	last := int64(0)
	for {
		select {
		case <-stop:
			return
		default:
		}
		least := max(last, newest.Load())
		response, err := server.Client().Post(server.URL+path, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Error(err)
			return
		}
		var v, w int64
		_, err = fmt.Fscan(response.Body, &v, &w)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || v != w || v < least {
			t.Errorf("%s: status %d, versions %d and %d, at least %d: %v", path, response.StatusCode, v, w, least, err)
			return
		}
		last = v
		served.Add(1)
	}
}

// Concurrent reloads run one after the other, and the last files win.
func TestReloadsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.writeAll(version(0))
	loading := 0
	l.opts.Load = func() (*load.Config, hcl.Diagnostics) {
		loading++ // the race detector finds concurrent loads
		return l.load()
	}
	g := l.start()
	var reloads sync.WaitGroup
	for n := range 20 {
		reloads.Go(func() {
			l.writeAll(version(n))
			g.Reload("test")
		})
	}
	reloads.Wait()
	l.writeAll(version(21))
	g.Reload("test")
	if w := call(g, "POST", "/b", ""); w.Body.String() != "21 21" || loading != 22 {
		t.Errorf("%s after %d loads", w.Body, loading)
	}
}

// A run in flight keeps its resources open.
func TestOldSnapshotClosesAfterItsLastRun(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	flows := one("", "action \"use\" \"before\" {\n  key = \"KEY\"\n}\n"+holding+"\naction \"use\" \"after\" {\n  key = \"KEY\"\n}")
	l.write(flows)
	g := l.start()
	codes := make(chan int, 2)
	for range 2 {
		go func() { codes <- call(g, "POST", "/x", "").Code }()
		<-l.entered
	}
	l.write(strings.ReplaceAll(flows, "KEY", "OTHER"))
	g.Reload("test")
	for i := range 2 {
		if closed := l.closed.Load(); closed != 0 {
			t.Fatalf("closed with %d runs in flight", 2-i)
		}
		l.release <- struct{}{}
		if code := <-codes; code != 200 {
			t.Errorf("a run ended with %d", code)
		}
	}
	if opened, closed := l.opened.Load(), l.closed.Load(); opened != 2 || closed != 1 {
		t.Errorf("%d opened, %d closed", opened, closed)
	}
}

func TestFailedOpeningLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"error", "panic"} {
		l := newLab(t)
		l.write(one("", "action \"use\" \"a\" {\n  key = \"a\"\n}\naction \"use\" \"b\" {\n  key = \"b\"\n  fails = \""+how+"\"\n}"))
		_, _, diags := gateway.New(l.opts)
		if !diags.HasErrors() {
			t.Fatal("no finding")
		}
		if opened, closed := l.opened.Load(), l.closed.Load(); opened != 1 || closed != 1 {
			t.Errorf("%s: %d opened, %d closed", how, opened, closed)
		}
	}
}

// A failed reload appears in the log, the metrics and the last load.
func TestFailedReloadIsTold(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("secret \"s\" {\n  env = \"PASSWORD\"\n}\n" + one("", ""))
	g := l.start()
	good := g.LastLoad().At
	broken := "secret \"s\" {\n  env = \"PASSWORD\"\n}\n" + one("", "action \"use\" \"u\" {\n  key = \"hunter2-hunter2\"\n  fails = \"error\"\n}")

	mark := l.lines.mark()
	l.write(one("", "action \"nonsense\" \"n\" {}"))
	g.Reload("files")
	if line := fields(t, l.lines.await(mark, "reload failed")); line["cause"] != "files" || line["level"] != "error" {
		t.Errorf("%v", line)
	}
	if line := fields(t, l.lines.await(mark, "nonsense")); line["at"] != "flows/main.hcl:6" || line["level"] != "error" {
		t.Errorf("%v", line)
	}
	first := g.LastLoad()
	if first.OK || first.Cause != "files" || first.Failures != 1 || !first.LastGood.Equal(good) || first.FailingSince.IsZero() {
		t.Errorf("%+v", first)
	}
	if n := seriesValue(t, g, "gateway_config_last_reload_successful", nil); n != 0 {
		t.Errorf("the metric says %v", n)
	}

	mark = l.lines.mark()
	g.Reload("files")
	if again := l.lines.since(mark, `"level":"error"`); len(again) > 0 {
		t.Errorf("logged again: %q", again)
	}
	l.write(broken)
	g.Reload("files")
	if line := l.lines.await(mark, `"level":"error"`, "The configuration cannot be put into service"); strings.Contains(line, "hunter2") {
		t.Error(line)
	}
	third := g.LastLoad()
	if third.Failures != 3 || !third.FailingSince.Equal(first.FailingSince) {
		t.Errorf("%+v", third)
	}

	l.write(one("", ""))
	g.Reload("files")
	if last := g.LastLoad(); !last.OK || last.Failures != 0 || !last.FailingSince.IsZero() || !last.LastGood.After(good) {
		t.Errorf("%+v", last)
	}
}

// A panic while loading is a finding, and the next load may succeed.
func TestPanicWhileLoading(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	broken := false
	l.opts.Load = func() (*load.Config, hcl.Diagnostics) {
		if broken {
			panic("defect")
		}
		return l.load()
	}
	g := l.start()
	broken = true
	if diags := g.Reload("test").Diags; !strings.Contains(diags.Error(), "Internal error") {
		t.Errorf("%v", diags)
	}
	l.lines.await(0, "panic while loading", "defect")
	if w := call(g, "POST", "/x", ""); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	broken = false
	if !g.Reload("test").OK {
		t.Error(g.LastLoad().Diags)
	}
}

func TestClosedGateway(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"use\" \"u\" {\n  key = \"k\"\n}"))
	g := l.start()
	g.Close()
	if g.Reload("test").OK || current(g) != nil {
		t.Error("a closed gateway was loaded again")
	}
	if w := call(g, "POST", "/x", ""); w.Code != 503 || w.Header().Get("Connection") != "close" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if opened, closed := l.opened.Load(), l.closed.Load(); opened != 1 || closed != 1 {
		t.Errorf("%d opened, %d closed", opened, closed)
	}
}

func TestRestartNeeded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	settings := func(text string) {
		l.files.Store(&fstest.MapFS{"flows/main.hcl": {Data: []byte("gateway {\n" + text + "\n}\n" + one("", ""))}})
	}
	settings("")
	g := l.start()
	settings("listen = \":9\"\nadmin {\n  listen = \"127.0.0.1:9\"\n}\nlimits {\n  headers = \"8KiB\"\n  runs = 7\n}")
	g.Reload("test")
	line := fields(t, l.lines.await(0, "take effect at the next start"))
	if line["settings"] != "listen, admin.listen, limits.headers" {
		t.Errorf("%v", line)
	}
	mark := l.lines.mark()
	g.Reload("test")
	if again := l.lines.since(mark, "next start"); len(again) > 0 {
		t.Errorf("logged again: %q", again)
	}
	if names := g.Status().RestartNeeded; len(names) != 3 || current(g).MaxRuns != 7 {
		t.Errorf("%q", names)
	}
	settings("")
	g.Reload("test")
	if names := g.Status().RestartNeeded; len(names) != 0 {
		t.Errorf("%q", names)
	}
}

// TestRunsOfRemovedFlows: a reload and a start say how many runs wait for a flow
// that is not in the files. The runs continue when it is back.
func TestRunsOfRemovedFlows(t *testing.T) {
	t.Parallel()
	text := "flow \"old\" {\ntrigger \"webhook\" { path = \"/old\" }\naction \"delay\" \"d\" { for = \"1h\" }\n}\n"
	d := newStopped(t)
	lines := newSink(t)
	log, err := logging.New(lines, "json", "info")
	if err != nil {
		t.Fatal(err)
	}
	d.opts.Log = log
	d.write(text)
	d.start()
	id := d.accept("/old", `{}`)
	d.await(id, store.Waiting)
	d.write("")
	d.g.Reload("test")
	lines.await(0, "not in the files", `"flow":"old"`, `"runs":1`)
	mark := lines.mark()
	d.restart()
	lines.await(mark, "not in the files", `"flow":"old"`, `"runs":1`)
	d.write(text)
	d.clock.forward(time.Hour)
	d.g.Reload("test")
	d.await(id, store.Succeeded)
}
