package control_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// meter is a server that tells how many requests it had at once. Those whose
// path begins with /bad it fails.
type meter struct {
	*httptest.Server
	now, most atomic.Int64
	mu        sync.Mutex
	paths     []string
	meet      *sync.WaitGroup // where set, requests wait for one another
}

func newMeter(t *testing.T, meet int) *meter {
	t.Helper()
	m := &meter{}
	if meet > 0 {
		m.meet = &sync.WaitGroup{}
		m.meet.Add(meet)
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := m.now.Add(1)
		defer m.now.Add(-1)
		for most := m.most.Load(); n > most && !m.most.CompareAndSwap(most, n); most = m.most.Load() {
		}
		m.mu.Lock()
		m.paths = append(m.paths, r.URL.Path+" "+r.Header.Get("Idempotency-Key"))
		m.mu.Unlock()
		if m.meet != nil {
			m.meet.Done()
			m.meet.Wait()
		}
		if strings.HasPrefix(r.URL.Path, "/bad") {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

func TestLoopElements(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, input, want string }{
		{"list", `for_each = webhook.body`, `["a", {"b": 1}, null]`, `[[0,0,"a"],[1,1,{"b":1}],[2,2,null]]`},
		{"object in the order of names", `for_each = webhook.body`, `{"z": 1, "ä": 2, "a": 3}`, `[["a",0,3],["z",1,1],["ä",2,2]]`},
		{"nothing", `for_each = webhook.body`, `[]`, `[]`},
		{"many at once", "for_each = webhook.body\nmax = 8", `[1,2,3,4,5,6,7,8,9,10]`, `[[0,0,1],[1,1,2],[2,2,3],[3,3,4],[4,4,5],[5,5,6],[6,6,7],[7,7,8],[8,8,9],[9,9,10]]`},
		{"computed", `for_each = [for x in webhook.body : x * 2]`, `[1, 2]`, `[[0,0,2],[1,1,4]]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := actiontest.New(t).MustSucceed("loop", c.body+"\naction \"transform\" \"see\" { jq = \"[$each.key, $each.index, $each.value]\" }", c.input)
			var seen []any
			for _, r := range got["results"].([]any) {
				seen = append(seen, r.(map[string]any)["see"].(map[string]any)["value"])
			}
			if text := valuetest.EncodeJSON(t, seen); text != c.want && c.want != "[]" || len(seen) == 0 && c.want != "[]" {
				t.Errorf("iterations saw %s", text)
			}
		})
	}
}

func TestLoopOverWhatIsNone(t *testing.T) {
	t.Parallel()
	const list = "for_each = webhook.body\naction \"log\" \"in\" { message = \"x\" }"
	many := "[" + strings.Repeat("1,", 10_000) + "1]"
	for input, want := range map[string]string{"null": "null", `"abc"`: "string", "7": "number", many: "10000 at most"} {
		err := actiontest.New(t).MustFail("loop", list, input)
		if err.Class != flow.Invalid || !strings.Contains(err.Message, want) {
			t.Errorf("%.20s: %s %q", input, err.Class, err.Message)
		}
	}
}

func TestLoopWithin(t *testing.T) {
	t.Parallel()
	got := actiontest.New(t).MustSucceed("loop", `
for_each = webhook.body
action "loop" "inner" {
  for_each = each.value
  action "transform" "pair" { jq = "[$each.outer.index, $each.value]" }
}
action "transform" "first" {
  input = action.inner.results[0].pair.value
  jq    = "."
}`, `[["a", "b"], ["c"]]`)
	results := got["results"].([]any)
	var seen []any
	for _, r := range results {
		seen = append(seen, r.(map[string]any)["first"].(map[string]any)["value"])
	}
	if text := valuetest.EncodeJSON(t, seen); text != `[[0,"a"],[1,"c"]]` {
		t.Errorf("loops within loops saw %s", text)
	}
}

// TestLoopAtOnce: so many requests are under way as max says, and no more.
func TestLoopAtOnce(t *testing.T) {
	t.Parallel()
	m := newMeter(t, 4)
	actiontest.New(t).MustSucceed("loop", fmt.Sprintf("for_each = webhook.body\nmax = 4\naction \"http\" \"ask\" { url = \"%s/${each.value}\" }", m.URL), `[1,2,3,4]`)
	if m.most.Load() != 4 {
		t.Errorf("%d requests at once", m.most.Load())
	}
	m = newMeter(t, 0)
	actiontest.New(t).MustSucceed("loop", fmt.Sprintf("for_each = webhook.body\nmax = 2\naction \"http\" \"ask\" { url = \"%s/${each.value}\" }", m.URL), `[1,2,3,4,5,6,7,8]`)
	if m.most.Load() > 2 || len(m.paths) != 8 {
		t.Errorf("%d requests, %d at once", len(m.paths), m.most.Load())
	}
}

func TestLoopFailures(t *testing.T) {
	t.Parallel()
	const body = "for_each = [\"ok1\", \"bad\", \"ok2\"]\n%s\naction \"http\" \"ask\" { url = \"%s/${each.value}\" }"
	m := newMeter(t, 0)
	err := actiontest.New(t).MustFail("loop", fmt.Sprintf(body, "", m.URL), "{}")
	if err.Action != "ask" || len(m.paths) != 2 {
		t.Errorf("failed at %q (%s) after %v", err.Action, err.Message, m.paths)
	}
	m = newMeter(t, 0)
	b := actiontest.New(t)
	res := b.Run(t.Context(), b.MustCompile(actiontest.Action("loop", fmt.Sprintf(body, `on_item_error = "continue"`, m.URL))), "{}")
	if len(res.Lines) != 1 || res.Lines[0].Level != "warn" || !strings.Contains(res.Lines[0].Message, `1 of 3 elements failed, the first in "ask"`) {
		t.Errorf("the log got %v", res.Lines)
	}
	got := valuetest.Clone(res.Outputs["example"]).(map[string]any)
	results, failed := got["results"].([]any), got["errors"].([]any)
	if len(m.paths) != 3 || len(results) != 3 || results[1] != nil || results[0] == nil || results[2] == nil || len(failed) != 1 {
		t.Fatalf("after %v: %v", m.paths, got)
	}
	first := failed[0].(map[string]any)
	if first["index"] != 1 || first["action"] != "ask" || first["class"] != "permanent" || first["message"] == "" {
		t.Errorf("the failure is reported as %v", first)
	}
	keys := map[string]bool{}
	for _, p := range m.paths {
		_, key, _ := strings.Cut(p, " ")
		keys[key] = true
	}
	if len(keys) != 3 {
		t.Errorf("iterations share idempotency keys: %v", m.paths)
	}
}

// TestEndInside: an action inside may end the run, and nothing begins after it.
func TestEndInside(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{
		"action \"loop\" \"l\" {\nfor_each = [1, 2, 3]\naction \"respond\" \"found\" {\nwhen = each.value == 2\nstatus = 201\nbody = \"${each.value}\"\n}\n}",
		"action \"parallel\" \"p\" {\nmax = 1\naction \"log\" \"first\" { message = \"1\" }\naction \"respond\" \"found\" {\nstatus = 201\nbody = \"2\"\n}\naction \"log\" \"never\" { message = \"never\" }\n}",
	} {
		b := actiontest.New(t)
		res := b.Run(t.Context(), b.MustCompile(kind+"\naction \"log\" \"behind\" { message = \"never\" }\naction \"respond\" \"r\" {}"), "{}")
		if res.Response == nil || res.Response.Status != 201 || string(res.Response.Body) != "2" {
			t.Errorf("answered %+v", res.Response)
		}
		for _, l := range res.Lines {
			if l.Message == "never" {
				t.Error("the run went on after its end")
			}
		}
	}
}

// TestLoopStopsWithItsContext: elements that have not begun do not begin.
func TestLoopStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		served <- struct{}{}
		cancel()
	}))
	t.Cleanup(s.Close)
	b := actiontest.New(t)
	res := b.Run(ctx, b.MustCompile("action \"loop\" \"l\" {\nfor_each = [1, 2, 3]\non_item_error = \"continue\"\naction \"http\" \"ask\" { url = \""+s.URL+"\" }\n}\naction \"respond\" \"r\" {}"), "{}")
	if res.State != flow.Failed || len(served) != 1 {
		t.Errorf("%s after %d requests", res.State, len(served))
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	m := newMeter(t, 2)
	got := actiontest.New(t).MustSucceed("parallel", fmt.Sprintf(`
action "http" "a" { url = "%[1]s/a" }
action "http" "b" { url = "%[1]s/b" }
action "log" "off" {
  when    = false
  message = "x"
}`, m.URL), "{}")
	results := got["results"].(map[string]any)
	off, known := results["off"]
	if m.most.Load() != 2 || !known || off != nil || !value.Equal(results["a"].(map[string]any)["status"], 200) || results["b"] == nil {
		t.Errorf("%d at once: %v", m.most.Load(), results)
	}
}

func TestParallelFailure(t *testing.T) {
	t.Parallel()
	m := newMeter(t, 0)
	err := actiontest.New(t).MustFail("parallel", fmt.Sprintf("max = 1\naction \"http\" \"a\" { url = \"%[1]s/bad\" }\naction \"http\" \"b\" { url = \"%[1]s/b\" }", m.URL), "{}")
	if err.Action != "a" || len(m.paths) != 1 {
		t.Errorf("failed at %q after %v", err.Action, m.paths)
	}
}

func TestTurnsFindings(t *testing.T) {
	t.Parallel()
	const in = "action \"log\" \"in\" { message = \"x\" }\n"
	cases := []struct{ name, src, want string }{
		{"no list", actiontest.Action("loop", in), "for_each"},
		{"no actions", actiontest.Action("loop", "for_each = []"), "Nothing to run"},
		{"fixed null", actiontest.Action("loop", "for_each = null\n"+in), "for_each"},
		{"fixed text", actiontest.Action("loop", "for_each = \"abc\"\n"+in), "list or an object"},
		{"max", actiontest.Action("loop", "for_each = []\nmax = 65\n"+in), "From 1 to 64"},
		{"each outside", actiontest.Action("log", `message = each.value`), "inside action"},
		{"each in when", actiontest.Action("loop", "for_each = []\nwhen = each.index == 0\n"+in), "inside action"},
		{"behind", actiontest.Action("loop", "for_each = []\n"+in) + "\naction \"log\" \"b\" { message = action.in.x }", "may not have run"},
		{"sibling", actiontest.Action("parallel", in+"action \"log\" \"b\" { message = \"${action.in}\" }"), "may not have run"},
		{"go on", actiontest.Action("parallel", "action \"respond\" \"b\" { then = \"continue\" }"), "Run can't continue here"},
		{"empty", actiontest.Action("parallel", "max = 2"), "Nothing to run"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(c.src + "\naction \"respond\" \"end\" {}")
			if !diags.HasErrors() || !strings.Contains(diags.Error(), c.want) {
				t.Errorf("%s\n%v", c.src, diags)
			}
		})
	}
}

func TestSensitiveInside(t *testing.T) {
	t.Parallel()
	f := actiontest.New(t).MustCompile("action \"loop\" \"l\" {\nfor_each = []\naction \"transform\" \"in\" {\njq = \".\"\nsensitive = true\n}\n}\naction \"respond\" \"r\" {}")
	if !f.Actions[0].HidesOutput() {
		t.Error("the results of a sensitive action are in the open")
	}
}

// TestLoopIsCountedOnce: attempts of a loop that fails do not add up. All of them
// together have more iterations than a run may have.
func TestLoopIsCountedOnce(t *testing.T) {
	t.Parallel()
	const attempts = flow.MaxIterations/10_000 + 1
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < attempts {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	most := "[" + strings.Repeat("false,", 9_999) + "true]"
	b := actiontest.New(t)
	res := b.Run(t.Context(), b.MustCompile(fmt.Sprintf("action \"loop\" \"l\" {\nfor_each = webhook.body\nretry {\nattempts = 20\ninitial = \"0s\"\n}\naction \"http\" \"ask\" {\nwhen = each.value\nurl = %q\n}\n}\naction \"respond\" \"r\" {}", s.URL)), most)
	if res.State != flow.Succeeded || asked != attempts {
		t.Errorf("%s after %d requests: %v", res.State, asked, res.Err)
	}
}
