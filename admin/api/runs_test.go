package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func ids(p ops.RunPage) []string {
	out := make([]string, 0, len(p.Runs))
	for _, r := range p.Runs {
		out = append(out, r.ID)
	}
	return out
}

func TestRunsList(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	a := l.Fail("x", "first fault")
	b := l.Queue("y", store.Payload{Body: []byte("a needle")})
	c := l.Queue("x", store.Payload{})
	cases := []struct {
		name, query string
		want        []string
	}{
		{"all", "", []string{c, b, a}},
		{"one flow", "?flow=x", []string{c, a}},
		{"either flow", "?flow=x&flow=y", []string{c, b, a}},
		{"state", "?state=failed", []string{a}},
		{"either state", "?state=failed&state=queued", []string{c, b, a}},
		{"flow and state", "?flow=x&state=queued", []string{c}},
		{"text of the body", "?text=NEEDLE", []string{b}},
		{"text of the error", "?text=first+fault", []string{a}},
		{"the last hour", "?since=1h", []string{c, b, a}},
		{"before the last hour", "?to=1h", []string{}},
		{"from a time on", "?from=2020-01-01T00:00:00Z", []string{c, b, a}},
		{"until a time", "?from=90d&to=2020-01-01T00:00:00Z", nil},
		{"behind one", "?after=" + c, []string{b, a}},
		{"one page", "?limit=1", []string{c}},
		{"nothing", "?flow=y&state=failed", []string{}},
		{"a reason", "?reason=timeout&reason=5xx", []string{}},
		{"an unknown cause", "?flow=x&failure=1", []string{}},
		{"a cause that is no key", "?flow=x&failure=k", nil},
		{"a cause without a flow", "?failure=1", nil},
		{"an unknown flow", "?flow=z", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if tc.want == nil {
				ask[problem.Document](l, "GET", "/api/v1/runs"+tc.query, 400)
				return
			}
			if diff := cmp.Diff(tc.want, ids(ask[ops.RunPage](l, "GET", "/api/v1/runs"+tc.query, 200))); diff != "" {
				t.Error(diff)
			}
		})
	}
	var paged []string
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		p := ask[ops.RunPage](l, "GET", "/api/v1/runs?limit=1&after="+next, 200)
		paged, next = append(paged, ids(p)...), p.Next
	}
	if diff := cmp.Diff([]string{c, b, a}, paged); diff != "" {
		t.Error(diff)
	}
}

// TestFailures: the groups of failed runs, and the runs of a group.
func TestFailures(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	if got := ask[ops.FailureGroups](l, "GET", "/api/v1/failures", 200); len(got.Groups) != 0 || got.More {
		t.Errorf("without runs: %+v", got)
	}
	first := l.Fail("x", "no order 17")
	second := l.Fail("x", "no order 18 with hunter2-hunter2")
	third := l.Fail("x", "no order 19")
	l.Fail("y", "no order 20")
	got := ask[ops.FailureGroups](l, "GET", "/api/v1/failures?flow=x&limit=1", 200)
	if len(got.Groups) != 1 || !got.More {
		t.Fatalf("%+v", got)
	}
	g := got.Groups[0]
	if g.Flow != "x" || g.Count != 2 || g.More || g.Run != third || g.Cause.Message != "no order 19" || g.First.After(g.Last) || g.First.IsZero() {
		t.Errorf("%+v", g)
	}
	if diff := cmp.Diff([]string{third, first}, ids(ask[ops.RunPage](l, "GET", "/api/v1/runs?flow=x&failure="+g.Key, 200))); diff != "" {
		t.Error(diff)
	}
	if n := ask[ops.RunsChanged](l, "POST", "/api/v1/runs/retry?flow=x&failure="+g.Key, 200).Changed; n != 2 {
		t.Errorf("%d runs are run again", n)
	}
	got = ask[ops.FailureGroups](l, "GET", "/api/v1/failures?flow=x", 200)
	if len(got.Groups) != 1 || got.Groups[0].Run != second || got.Groups[0].Cause.Message != "no order 18 with (sensitive)" {
		t.Errorf("%+v", got)
	}
	for query, want := range map[string]string{"limit=0": "1 to 500", "flow=X": `did you mean "x"?`} {
		if p := ask[problem.Document](l, "GET", "/api/v1/failures?"+query, 400); !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %s", query, p.Detail)
		}
	}
}

func TestRunsRefuseWrongQueries(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	id := l.Queue("x", store.Payload{})
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/api/v1/runs?flwo=x", `no parameter "flwo" here; did you mean "flow"?`},
		{"GET", "/api/v1/runs?state=done", `"state" must be one of queued, `},
		{"GET", "/api/v1/runs?flow=X", `no flow "X" in the files, and none of its runs in the history; did you mean "x"?`},
		{"GET", "/api/v1/stats?flow=X", `did you mean "x"?`},
		{"POST", "/api/v1/runs/retry?flow=x&flow=X", `did you mean "x"?`},
		{"POST", "/api/v1/runs/cancel?flow=X", `did you mean "x"?`},
		{"GET", "/api/v1/runs?limit=0", "1 to 500"},
		{"GET", "/api/v1/runs?limit=501", "1 to 500"},
		{"GET", "/api/v1/runs?limit=1&limit=2", "once"},
		{"GET", "/api/v1/runs?after=x", "page before"},
		{"GET", "/api/v1/runs?from=yesterday", "no time"},
		{"GET", "/api/v1/runs?since=1h&from=2h", "one of them"},
		{"GET", "/api/v1/runs?from=1h&to=2h", "is not before"},
		{"GET", "/api/v1/runs?text=%zz", "can't be read"},
		{"GET", "/api/v1/runs?flow=x" + strings.Repeat("&flow=x", 10_000), "less than 10000 parameters"},
		{"GET", "/api/v1/runs/" + id + "?fresh=true", `no parameter "fresh" here.`},
		{"GET", "/api/v1/runs/" + id + "?id=x", `no parameter "id"`},
		{"POST", "/api/v1/runs/" + id + "/retry?fresh=maybe", "true or false"},
		{"POST", "/api/v1/runs/" + id + "/retry?from_action=x&fresh=true", "one of the two"},
		{"POST", "/api/v1/runs/" + id + "/retry?from_action=nota", `Flow "x" has no action "nota" from which a run can start again; did you mean "note"?`},
		{"POST", "/api/v1/runs/retry?from_action=note&flow=x", `no parameter "from_action"`},
		{"POST", "/api/v1/runs/retry", "every run"},
		{"POST", "/api/v1/runs/cancel", "every run"},
		{"POST", "/api/v1/runs/cancel?all=false", "every run"},
		{"POST", "/api/v1/runs/cancel?all=true&flow=x", "takes no filter"},
		{"POST", "/api/v1/runs/cancel?fresh=true", `no parameter "fresh"`},
		{"GET", "/api/v1/stats?step=90s&since=1h", "multiple of a minute"},
		{"GET", "/api/v1/stats?step=1m", "needs a start time"},
		{"GET", "/api/v1/stats?step=1m&since=365d", "10000"},
	} {
		if p := ask[problem.Document](l, c.method, c.path, 400); !strings.Contains(p.Detail, c.want) {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, p.Detail, c.want)
		}
	}
	if r := ask[ops.RunDetail](l, "GET", "/api/v1/runs/"+id, 200); r.State != "queued" {
		t.Errorf("%+v", r)
	}
}

// A run is shown with all of its parts and without secrets.
func TestRunDetail(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	l := newLibrary(t)
	header := func(kind string) string { return fmt.Sprintf(`"headers":{"Content-Type":[%q]}`, kind) }
	event := func(rest string) []byte {
		return []byte(`{"method":"POST","url":"/x?k=` + secret + `","remote_ip":"192.0.2.1","path":{"a":"b"},` + rest + `}`)
	}
	sealedOutput := l.Sealer.Seal([]byte(`"gold"`))
	id := l.Queue("x", store.Payload{
		Event: event(header("application/json")), Body: []byte(`{"big":12345678901234567890,"p":"` + secret + `"}`),
		Variables: []byte(`{"p":"` + secret + `"}`),
		Response:  run.EncodeResponse(&flow.Response{Status: 202, Header: map[string][]string{"X-P": {secret}}, Body: []byte("got " + secret)}),
	})
	l.End(id, &store.Ending{State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Position: "a.hcl:1,2", Message: "no " + secret}, Steps: []store.Step{
		{Path: "note", Kind: "log", State: store.StepRetry, Attempts: 2, Began: time.Unix(9, 0), Took: time.Second, Input: []byte(`{"m":"` + secret + `"}`), Output: []byte(`[1]`), Cause: store.Cause{Message: secret}},
		{Path: "hush", Kind: "log", State: flow.Succeeded, Began: time.Unix(10, 0), Output: []byte(`"said before it was sensitive"`)},
		{Path: "gone", Kind: "log", State: flow.Succeeded, Began: time.Unix(11, 0), Output: sealedOutput},
	}})
	_, text := l.call("GET", "/api/v1/runs/"+id)
	for _, leak := range []string{secret, "gold", "said before"} {
		if strings.Contains(text, leak) {
			t.Errorf("%q shows in %s", leak, text)
		}
	}
	r := ask[ops.RunDetail](l, "GET", "/api/v1/runs/"+id, 200)
	want := ops.RunRequest{
		Method: "POST", URL: "/x?k=(sensitive)", RemoteIP: "192.0.2.1", Path: map[string]string{"a": "b"},
		Headers: map[string][]string{"Content-Type": {"application/json"}},
		RunBody: ops.RunBody{Encoding: "json"},
	}
	if got := compact(t, r.Request.Body); got != `{"big":12345678901234567890,"p":"(sensitive)"}` {
		t.Error(got)
	}
	r.Request.Body = nil
	if diff := cmp.Diff(&want, r.Request); diff != "" {
		t.Error(diff)
	}
	if len(r.Steps) != 3 || r.Steps[0].Position != "flows/main.hcl:8,3" || r.Steps[0].State != "failed" || r.Steps[0].Attempts != 2 || r.Steps[0].Took != 1 ||
		string(r.Steps[1].Output) != `"(sensitive)"` || string(r.Steps[2].Output) != `"(sensitive)"` || r.Steps[2].Position != "" {
		t.Errorf("%+v", r.Steps)
	}
	if r.Response.Status != 202 || r.Response.Headers["X-P"][0] != "(sensitive)" || string(r.Response.Body) != `"got (sensitive)"` {
		t.Errorf("%+v", r.Response)
	}
	if r.Cause.Message != "no (sensitive)" || r.Cause.Position != "a.hcl:1,2" || r.State != "failed" {
		t.Errorf("%+v", r.Cause)
	}
	page, _ := l.call("GET", "/api/v1/runs")
	if _, text := l.call("GET", "/api/v1/runs"); page != 200 || strings.Contains(text, secret) {
		t.Error(text)
	}
	ask[problem.Document](l, "GET", "/api/v1/runs/"+l.NewID(), 404)
	ask[problem.Document](l, "GET", "/api/v1/runs/nonsense", 404)
}

func compact(t *testing.T, v json.RawMessage) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(string(v)) {
		out.WriteString(strings.ReplaceAll(strings.TrimSpace(line), `": `, `":`))
	}
	return out.String()
}

func TestRunsRetryAndCancel(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	id := l.Fail("x", "no luck")
	if got := ask[ops.RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry", 200); got.Changed != 1 {
		t.Errorf("%+v", got)
	}
	if l.Calls.Wake.Load() != 1 || l.Calls.DropEvents.Load() != 1 {
		t.Errorf("the worker was woken %d times, and dropped events %d times", l.Calls.Wake.Load(), l.Calls.DropEvents.Load())
	}
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/retry", 409)
	ask[ops.RunsChanged](l, "POST", "/api/v1/runs/"+id+"/cancel", 200)
	if l.Calls.ExtendLeases.Load() != 1 {
		t.Error("the execution of the cancelled run goes on")
	}
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/cancel", 409)
	ask[problem.Document](l, "POST", "/api/v1/runs/"+l.NewID()+"/cancel", 404)
	before := l.Calls.DropEvents.Load()
	ask[ops.RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry?fresh=true", 200)
	if l.Calls.DropEvents.Load() == before {
		t.Error("a run that is run again may get its event from memory, not from the store")
	}
	l.End(id, &store.Ending{State: store.Succeeded})
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/retry", 409)
	ask[ops.RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry?fresh=true", 200)
	refused := l.Record(&store.Entry{Flow: "x", State: store.Refused, Status: 401})
	ask[problem.Document](l, "POST", "/api/v1/runs/"+refused+"/retry", 409)
}

func TestRunsInBulk(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for i := range 3 {
		l.Fail("x", fmt.Sprint("fault ", i))
	}
	l.Fail("y", "other")
	change := func(path string, want int) {
		t.Helper()
		if got := ask[ops.RunsChanged](l, "POST", path, 200); got.Changed != want || got.Next != "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	change("/api/v1/runs/retry?flow=y&text=nothing", 0)
	change("/api/v1/runs/retry?flow=x&text=fault+1", 1)
	change("/api/v1/runs/retry?flow=x", 2)
	change("/api/v1/runs/cancel?flow=x&since=1h", 3)
	change("/api/v1/runs/retry?flow=x", 0)
	change("/api/v1/runs/retry?flow=x&state=cancelled", 3)
	change("/api/v1/runs/retry?all=true", 1)
	change("/api/v1/runs/cancel?all=true", 4)
}

func TestRunStats(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Minute)
	for _, e := range []store.Entry{
		{Flow: "x", State: store.Succeeded, Started: at, Finished: at.Add(2 * time.Second)},
		{Flow: "x", State: store.Succeeded, Started: at, Finished: at.Add(time.Second)},
		{Flow: "y", State: store.Failed, Started: at, Finished: at.Add(time.Second)},
	} {
		l.Record(&e)
	}
	want := []ops.RunCount{{Flow: "x", State: "succeeded", Count: 2, Took: 3}, {Flow: "y", State: "failed", Count: 1, Took: 1}}
	if diff := cmp.Diff(want, ask[ops.RunStats](l, "GET", "/api/v1/stats", 200).Counts); diff != "" {
		t.Error(diff)
	}
	want[0].Time = at.UTC()
	if diff := cmp.Diff(want[:1], ask[ops.RunStats](l, "GET", "/api/v1/stats?flow=x&step=1m&since=2h", 200).Counts); diff != "" {
		t.Error(diff)
	}
	if got := ask[ops.RunStats](l, "GET", "/api/v1/stats?to=1d", 200).Counts; len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestQueueDepths(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.Queue("x", store.Payload{})
	l.Queue("x", store.Payload{})
	s := l.Service.Status()
	if s.Store != "ok" || len(s.Queue) != 1 || s.Queue[0].Flow != "x" || s.Queue[0].Queued != 2 || s.Queue[0].Oldest.IsZero() {
		t.Errorf("%+v", s)
	}
	_, body := l.call("GET", "/metrics")
	for _, want := range []string{
		`gateway_queue_runs{flow="x",state="queued"} 2`, `gateway_queue_runs{flow="x",state="running"} 0`,
		`gateway_queue_oldest_timestamp_seconds{flow="x"}`, "gateway_history_dropped_total 0",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, `gateway_queue_runs{flow="y"`) {
		t.Error("a flow without runs has series of its queue")
	}
}

func TestRunsWithoutStore(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	if err := l.Store.Close(); err != nil {
		t.Fatal(err)
	}
	ask[problem.Document](l, "GET", "/api/v1/runs", 503)
	ask[problem.Document](l, "POST", "/api/v1/runs/retry?all=true", 503)
	if s := l.Service.Status(); s.Store != "unavailable" || len(s.Queue) != 0 {
		t.Errorf("%+v", s)
	}
	if code, body := l.call("GET", "/metrics"); code != 200 || strings.Contains(body, "gateway_queue_runs{") {
		t.Errorf("%d", code)
	}
	l.Gateway.Close()
	ask[problem.Document](l, "GET", "/api/v1/runs", 503)

	none := withAPI(admintest.NewWithoutStore(t, syncFlow))
	if code, body := none.call("GET", "/api/v1/runs"); code != 503 || !strings.Contains(body, "keeps no runs") {
		t.Errorf("%d %s", code, body)
	}
	if s := none.Service.Status(); s.Store != "none" {
		t.Errorf("%+v", s)
	}
}

// syncFlow needs no store.
const syncFlow = `flow "x" {
  trigger "webhook" {
    path = "/x"
    mode = "sync"
  }
}
`

// Bulk calls take the parameters of the query as JSON too, but not both at once.
func TestRunsInBulkByBody(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for i := range 3 {
		l.Fail("x", fmt.Sprint("fault ", i))
	}
	const retry, cancel = "/api/v1/runs/retry", "/api/v1/runs/cancel"
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{retry, `{"flow": ["x"], "text": "fault 1"}`, 1},
		{retry, `{"state": ["failed"], "since": "1h", "fresh": true}`, 2},
		{cancel, ` {"all": true} `, 3},
	} {
		if got := ask[ops.RunsChanged](l, "POST", c.path, 200, c.body); got.Changed != c.want {
			t.Errorf("%s %s: %+v, want %d", c.path, c.body, got, c.want)
		}
	}
	for _, c := range []struct{ path, body, want string }{
		{retry + "?flow=x", `{"flow": ["x"]}`, "not in both"},
		{retry, `{}`, "every run"},
		{retry, `{"flow": "x"}`, `"flow" must be a list`},
		{retry, `{"flows": ["x"]}`, `member "flows"; did you mean "flow"?`},
		{retry, `{"state": ["done"]}`, `"state.0" must be one of`},
		{retry, `{"all": "true"}`, `"all" must be true or false`},
		{retry, `{"from": "yesterday"}`, "no time"},
		{retry, `[]`, "must be an object"},
		{retry, `{`, "no JSON"},
		{cancel, `{"fresh": true}`, `member "fresh"`},
	} {
		if p := ask[problem.Document](l, "POST", c.path, 400, c.body); !strings.Contains(p.Detail, c.want) {
			t.Errorf("%s %s: %q, want %q", c.path, c.body, p.Detail, c.want)
		}
	}
}

// No refusal of a request repeats a value of it, which may be secret.
func TestRefusalsRepeatNoValue(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	const value = "s3cr3t-v4lue"
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/v1/runs?state=" + value, ""},
		{"GET", "/api/v1/runs?limit=" + value, ""},
		{"GET", "/api/v1/runs?from=" + value, ""},
		{"GET", "/api/v1/runs?after=" + value, ""},
		{"GET", "/api/v1/runs?text=%zz" + value, ""},
		{"GET", "/api/v1/stats?step=" + value, ""},
		{"POST", "/api/v1/runs/retry?all=" + value, ""},
		{"POST", "/api/v1/runs/retry", `{"state": ["` + value + `"]}`},
		{"POST", "/api/v1/runs/retry", `{"to": "` + value + `"}`},
		{"POST", "/api/v1/runs/retry", `{"all": "` + value + `"}`},
		{"PATCH", "/api/v1/contacts/" + value, `{}`},
		{"DELETE", "/api/v1/contacts/" + value, ""},
		{"PATCH", "/api/v1/contacts/jane@example.com", `{"add": "` + value + `"}`},
		{"POST", "/api/v1/contacts", `"` + value + `"`},
	} {
		if p := ask[problem.Document](l, c.method, c.path, 400, c.body); strings.Contains(p.Detail, value) || p.Detail == "" || p.Title != "Bad Request" || p.Status != 400 {
			t.Errorf("%s %s %s: %+v", c.method, c.path, c.body, p)
		}
	}
}
