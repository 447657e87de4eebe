package engine_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway/endpoint"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// one returns a flow at /x with actions and attributes of the trigger.
func one(trigger, actions string) string {
	return "flow \"x\" {\n  trigger \"test\" {\n    path = \"/x\"\n" + trigger + "\n  }\n" + actions + "\n}\n"
}

const holding = "action \"hold\" \"wait\" {\n  timeout = \"2h\"\n}"

func TestAnswers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, flows string
		method      string // POST where empty
		target      string // /x where empty
		body        string
		status      int
		detail      string // of a problem
		text        string
		outcome     string // in the metric
	}{
		{name: "configured response", flows: one(`body = "hello"`, ""), status: 200, text: "hello", outcome: "succeeded"},
		{name: "respond", flows: one("", "action \"answer\" \"a\" {\n  status = 201\n  text = \"got ${req.body}\"\n}"), body: "it", status: 201, text: "got it", outcome: "succeeded"},
		{name: "no content", flows: one("", "action \"answer\" \"a\" {\n  status = 204\n  text = \"lost\"\n}"), status: 204, outcome: "succeeded"},
		{name: "failed", flows: one("", `action "fail" "f" {}`), status: 500, detail: "The run failed.", outcome: "failed"},
		{name: "action panics", flows: one("", "action \"fail\" \"f\" {\n  panics = true\n}"), status: 500, detail: "The run failed.", outcome: "failed"},
		{name: "remote failure", flows: one("", "action \"fail\" \"f\" {\n  remote = true\n}"), status: 502, detail: "Another service failed the run.", outcome: "failed"},
		{name: "action takes too long", flows: one("", "action \"hold\" \"h\" {\n  timeout = \"1s\"\n}"), status: 504, detail: "The run took too long.", outcome: "failed"},
		{name: "run takes too long", flows: one(`timeout = "1s"`, holding), status: 504, detail: "The run took too long.", outcome: "failed"},
		{name: "fallback answers", flows: one("", "action \"fail\" \"f\" {}\non_error {\n  action \"answer\" \"a\" {\n    status = 503\n    text = error.message\n  }\n}"), status: 503, text: "no luck", outcome: "failed"},
		{name: "response can't be made", flows: one(`body = "${jsondecode(run.id).name}"`, ""), status: 500, detail: "The run failed.", outcome: "failed"},
		{name: "not let in", flows: one(`token = "secret"`, ""), status: 401, detail: "Not authorized.", outcome: "unauthorized"},
		{name: "trigger panics", flows: one(`panics = "accept"`, ""), status: 500, detail: "The gateway had an internal error.", outcome: "internal"},
		{name: "unknown path", flows: one("", ""), target: "/y", status: 404, detail: "There is no such endpoint.", outcome: "not_found"},
		{name: "disabled", flows: strings.Replace(one("", ""), "{", "{\n  enabled = false", 1), status: 404, detail: "There is no such endpoint.", outcome: "not_found"},
		{name: "wrong method", flows: one("", ""), method: "PUT", status: 405, detail: "This endpoint accepts POST.", outcome: "method_not_allowed"},
		{name: "too large", flows: "gateway {\n  limits {\n    body = \"1KiB\"\n  }\n}\n" + one("", ""), body: strings.Repeat("x", 1025), status: 413, detail: "Body too large.", outcome: "too_large"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.write(c.flows)
				g := l.start()
				method, target := c.method, c.target
				if method == "" {
					method = "POST"
				}
				if target == "" {
					target = "/x"
				}
				w := call(g, method, target, c.body)
				if w.Code != c.status {
					t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
				}
				if c.detail == "" && w.Body.String() != c.text {
					t.Errorf("body %q, want %q", w.Body, c.text)
				}
				if c.detail != "" {
					wantProblem(t, w, c.detail)
				}
				if len(w.Header().Get(endpoint.RunHeader)) != 26 {
					t.Errorf("%s: %q", endpoint.RunHeader, w.Header().Get(endpoint.RunHeader))
				}
				name := "x"
				if c.status == 404 || c.status == 405 {
					name = ""
				}
				if n := seriesValue(t, g, "gateway_requests_total", map[string]string{"flow": name, "outcome": c.outcome}); n != 1 {
					t.Errorf("%v requests with outcome %s", n, c.outcome)
				}
				if g.Status().Runs != 0 {
					t.Errorf("%d runs under way", g.Status().Runs)
				}
			})
		})
	}
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder, detail string) {
	t.Helper()
	var p problem.Document
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	if p.Detail != detail || p.Title != problem.Title(w.Code) || p.Status != w.Code || p.Run != w.Header().Get(endpoint.RunHeader) || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s\n%v", w.Body, w.Header())
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	if w := call(g, "GET", "/x", ""); w.Header().Get("Allow") != "POST" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
	if w := call(g, "POST", "/x", ""); w.Header().Get("Content-Length") != "2" {
		t.Errorf("Content-Length: %q", w.Header().Get("Content-Length"))
	}
}

// The response to a panic has the id of the run and no details. The log has
// them.
func TestPanicIsLogged(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("secret \"s\" {\n  env = \"PASSWORD\"\n}\n" + one("panics = \"accept\"\ntoken = secret.s", ""))
	g := l.start()
	w := call(g, "POST", "/x", "")
	if strings.Contains(w.Body.String(), "accept") || w.Code != 500 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	line := fields(t, l.lines.await(0, "panic while serving"))
	if line["run"] != w.Header().Get(endpoint.RunHeader) || line["panic"] != "accept (sensitive)" || !strings.Contains(line["stack"].(string), "testTrigger") {
		t.Errorf("%v", line)
	}
	if w := call(g, "POST", "/x", ""); w.Code != 500 {
		t.Errorf("the next request gets %d", w.Code)
	}
}

// halfWriter panics when the body is written.
type halfWriter struct{ *httptest.ResponseRecorder }

func (halfWriter) Write([]byte) (int, error) { panic("half-way") }

func TestPanicAfterTheHeaderCutsTheConnection(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // panics with this very value end a connection
			t.Errorf("panics with %v", p)
		}
		if n := seriesValue(t, g, "gateway_requests_total", map[string]string{"outcome": "internal"}); n != 1 {
			t.Errorf("counted %v times", n)
		}
	}()
	g.ServeHTTP(halfWriter{httptest.NewRecorder()}, httptest.NewRequest("POST", "/x", nil))
}

func TestRunsHaveALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write("gateway {\n  limits {\n    runs = 2\n  }\n}\n" + one("", holding))
		g := l.start()
		done := make(chan int, 2)
		for range 2 {
			go func() { done <- call(g, "POST", "/x", "").Code }()
			<-l.entered
		}
		w := call(g, "POST", "/x", "")
		if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
			t.Errorf("above the limit: %d %v", w.Code, w.Header())
		}
		if n := seriesValue(t, g, "gateway_runs_in_flight", nil); n != 2 {
			t.Errorf("%v runs in flight", n)
		}
		l.release <- struct{}{}
		if code := <-done; code != 200 {
			t.Errorf("a run ended with %d", code)
		}
		synctest.Wait()
		go func() { done <- call(g, "POST", "/x", "").Code }()
		<-l.entered
		l.release <- struct{}{}
		l.release <- struct{}{}
		if a, b := <-done, <-done; a != 200 || b != 200 {
			t.Errorf("runs ended with %d and %d", a, b)
		}
	})
}

// A caller that hangs up does not stop its run.
func TestRunOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(one("", holding))
		g := l.start()
		r := httptest.NewRequest("POST", "/x", nil)
		ctx, hangUp := contextOf(r)
		done := make(chan int)
		go func() {
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r.WithContext(ctx))
			done <- w.Code
		}()
		<-l.entered
		hangUp()
		synctest.Wait()
		time.Sleep(10 * time.Second)
		select {
		case code := <-done:
			t.Fatalf("the run ended with %d", code)
		default:
		}
		l.release <- struct{}{}
		if code := <-done; code != 200 {
			t.Errorf("%d", code)
		}
	})
}
