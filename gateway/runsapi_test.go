package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// library is a gateway that is not run, so that nothing but the test changes
// what its store holds.
type library struct {
	*lab
	g     *Gateway
	store store.Store
	now   time.Time // of the next id, so that ids have the order in which they were made
}

const libraryFlows = `flow "x" {
  trigger "test" {
    path  = "/x"
    token = secret.password
  }
  action "say" "note" {}
  action "say" "hush" {
    sensitive = true
  }
}
flow "y" {
  trigger "test" {
    path = "/y"
  }
}
secret "password" {
  env = "PASSWORD"
}
`

func newLibrary(t *testing.T) *library {
	l := &library{lab: newLab(t), now: time.Now().Add(-time.Minute)}
	s, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	l.store, l.opts.Store = s, s
	l.write(libraryFlows)
	l.g = l.start()
	return l
}

func (l *library) newID() string {
	l.now = l.now.Add(time.Millisecond)
	return ulid.New(l.now)
}

// queue accepts a run and returns its id.
func (l *library) queue(flowName string, p store.Payload) string {
	l.t.Helper()
	id := l.newID()
	if _, err := l.store.Accept(l.t.Context(), &store.Submission{ID: id, Flow: flowName, Payload: p, Status: 200}); err != nil {
		l.t.Fatal(err)
	}
	return id
}

// end works on a run and ends it.
func (l *library) end(id string, e *store.Ending) {
	l.t.Helper()
	got, err := l.store.Claim(l.t.Context(), store.ClaimQuery{Owner: "test", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "x"}, {Flow: "y"}}})
	if err != nil || len(got.Work) != 1 || got.Work[0].ID != id {
		l.t.Fatalf("%v %v", got, err)
	}
	if err := l.store.Finish(l.t.Context(), got.Work[0].Claim, e); err != nil {
		l.t.Fatal(err)
	}
}

func (l *library) failed(flowName, message string) string {
	id := l.queue(flowName, store.Payload{Body: []byte(`{"n":1}`)})
	l.end(id, &store.Ending{State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Message: message}})
	return id
}

func (l *library) record(e *store.Entry) {
	l.t.Helper()
	if e.ID == "" {
		e.ID = l.newID()
	}
	if err := l.store.Record(l.t.Context(), e); err != nil {
		l.t.Fatal(err)
	}
}

// ask calls the API, wants a status and reads the answer.
func ask[T any](l *library, method, path string, status int, send ...string) T {
	l.t.Helper()
	code, body := admin(l.t.(*testing.T), l.g, method, path, send...)
	var out T
	if code != status {
		l.t.Fatalf("%s %s: %d, want %d: %s", method, path, code, status, body)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		l.t.Fatalf("%s: %v", body, err)
	}
	return out
}

func ids(p RunPage) []string {
	out := make([]string, 0, len(p.Runs))
	for _, r := range p.Runs {
		out = append(out, r.ID)
	}
	return out
}

func TestRunsList(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	a := l.failed("x", "first fault")
	b := l.queue("y", store.Payload{Body: []byte("a needle")})
	c := l.queue("x", store.Payload{})
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
		{"nothing", "?flow=z", []string{}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if tc.want == nil {
				ask[problem.Document](l, "GET", "/api/v1/runs"+tc.query, 400)
				return
			}
			if diff := cmp.Diff(tc.want, ids(ask[RunPage](l, "GET", "/api/v1/runs"+tc.query, 200))); diff != "" {
				t.Error(diff)
			}
		})
	}
	var paged []string
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		p := ask[RunPage](l, "GET", "/api/v1/runs?limit=1&after="+next, 200)
		paged, next = append(paged, ids(p)...), p.Next
	}
	if diff := cmp.Diff([]string{c, b, a}, paged); diff != "" {
		t.Error(diff)
	}
}

func TestRunsRefuseWrongQueries(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	id := l.queue("x", store.Payload{})
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/api/v1/runs?flwo=x", "no parameter flwo"},
		{"GET", "/api/v1/runs?state=done", "no state \"done\""},
		{"GET", "/api/v1/runs?limit=0", "1 to 500"},
		{"GET", "/api/v1/runs?limit=501", "1 to 500"},
		{"GET", "/api/v1/runs?limit=1&limit=2", "once"},
		{"GET", "/api/v1/runs?after=x", "page before"},
		{"GET", "/api/v1/runs?from=yesterday", "no time"},
		{"GET", "/api/v1/runs?since=1h&from=2h", "one of them"},
		{"GET", "/api/v1/runs?from=1h&to=2h", "is not before"},
		{"GET", "/api/v1/runs?text=%zz", "can't be read"},
		{"GET", "/api/v1/runs?flow=a" + strings.Repeat("&flow=a", 100), "too much"},
		{"GET", "/api/v1/runs/" + id + "?fresh=true", "no parameter fresh here."},
		{"GET", "/api/v1/runs/" + id + "?id=x", "no parameter id"},
		{"POST", "/api/v1/runs/" + id + "/retry?fresh=maybe", "true or false"},
		{"POST", "/api/v1/runs/retry", "every run"},
		{"POST", "/api/v1/runs/cancel", "every run"},
		{"POST", "/api/v1/runs/cancel?all=false", "every run"},
		{"POST", "/api/v1/runs/cancel?all=true&flow=x", "no filter"},
		{"POST", "/api/v1/runs/cancel?fresh=true", "no parameter fresh"},
		{"GET", "/api/v1/stats?step=90s&since=1h", "multiple of a minute"},
		{"GET", "/api/v1/stats?step=1m", "from when on"},
		{"GET", "/api/v1/stats?step=1m&since=365d", "10000"},
	} {
		if p := ask[problem.Document](l, c.method, c.path, 400); !strings.Contains(p.Detail, c.want) {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, p.Detail, c.want)
		}
	}
	if r := ask[RunDetail](l, "GET", "/api/v1/runs/"+id, 200); r.State != "queued" {
		t.Errorf("%+v", r)
	}
}

// What is shown of a run has its parts where they belong, and nothing secret.
func TestRunDetail(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	l := newLibrary(t)
	header := func(kind string) string { return fmt.Sprintf(`"headers":{"Content-Type":[%q]}`, kind) }
	event := func(rest string) []byte {
		return []byte(`{"method":"POST","url":"/x?k=` + secret + `","remote_ip":"192.0.2.1","path":{"a":"b"},` + rest + `}`)
	}
	sealedOutput := l.g.sealer.Seal([]byte(`"gold"`))
	id := l.queue("x", store.Payload{
		Event: event(header("application/json")), Body: []byte(`{"big":12345678901234567890,"p":"` + secret + `"}`),
		Variables: []byte(`{"p":"` + secret + `"}`),
		Response:  EncodeResponse(&flow.Response{Status: 202, Header: map[string][]string{"X-P": {secret}}, Body: []byte("got " + secret)}),
	})
	l.end(id, &store.Ending{State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Position: "a.hcl:1,2", Message: "no " + secret}, Steps: []store.Step{
		{Path: "note", Kind: "say", State: store.StepRetry, Attempts: 2, Began: time.Unix(9, 0), Took: time.Second, Input: []byte(`{"m":"` + secret + `"}`), Output: []byte(`[1]`), Cause: store.Cause{Message: secret}},
		{Path: "hush", Kind: "say", State: flow.Succeeded, Began: time.Unix(10, 0), Output: []byte(`"said before it was sensitive"`)},
		{Path: "gone", Kind: "say", State: flow.Succeeded, Began: time.Unix(11, 0), Output: sealedOutput},
	}})
	_, text := admin(t, l.g, "GET", "/api/v1/runs/"+id)
	for _, leak := range []string{secret, "gold", "said before"} {
		if strings.Contains(text, leak) {
			t.Errorf("%q shows in %s", leak, text)
		}
	}
	r := ask[RunDetail](l, "GET", "/api/v1/runs/"+id, 200)
	want := RunRequest{
		Method: "POST", URL: "/x?k=(sensitive)", RemoteIP: "192.0.2.1", Path: map[string]string{"a": "b"},
		Headers: map[string][]string{"Content-Type": {"application/json"}},
		RunBody: RunBody{Encoding: "json"},
	}
	if got := compact(t, r.Request.Body); got != `{"big":12345678901234567890,"p":"(sensitive)"}` {
		t.Error(got)
	}
	r.Request.Body = nil
	if diff := cmp.Diff(&want, r.Request); diff != "" {
		t.Error(diff)
	}
	if len(r.Steps) != 3 || r.Steps[0].Position != "flows/main.hcl:6,3" || r.Steps[0].State != "failed" || r.Steps[0].Attempts != 2 || r.Steps[0].Took != 1 ||
		string(r.Steps[1].Output) != `"(sensitive)"` || string(r.Steps[2].Output) != `"(sensitive)"` || r.Steps[2].Position != "" {
		t.Errorf("%+v", r.Steps)
	}
	if r.Response.Status != 202 || r.Response.Headers["X-P"][0] != "(sensitive)" || string(r.Response.Body) != `"got (sensitive)"` {
		t.Errorf("%+v", r.Response)
	}
	if r.Cause.Message != "no (sensitive)" || r.Cause.Position != "a.hcl:1,2" || r.State != "failed" {
		t.Errorf("%+v", r.Cause)
	}
	page, _ := admin(t, l.g, "GET", "/api/v1/runs")
	if _, text := admin(t, l.g, "GET", "/api/v1/runs"); page != 200 || strings.Contains(text, secret) {
		t.Error(text)
	}
	ask[problem.Document](l, "GET", "/api/v1/runs/"+l.newID(), 404)
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

func TestRunBodies(t *testing.T) {
	t.Parallel()
	v := view{hide: redact.New([]string{"hunter2-hunter2"})}
	cases := []struct {
		name, raw, kind string
		cut             bool
		body, encoding  string
	}{
		{"none", "", "application/json", false, "", ""},
		{"json", `{"a":[1.50]}`, "application/json; charset=utf-8", false, `{"a":[1.50]}`, "json"},
		{"a kind of json", `1`, "application/vnd.x+json", false, `1`, "json"},
		{"no type", `"a"`, "", false, `"a"`, "json"},
		{"a text that looks like json", `1`, "text/plain", false, `"1"`, "text"},
		{"broken json", `{"a"`, "application/json", false, `"{\"a\""`, "text"},
		{"json that says things twice", `{"a":1,"a":2}`, "application/json", false, `"{\"a\":1,\"a\":2}"`, "text"},
		{"deep json", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "application/json", false, `"` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `"`, "text"},
		{"bytes", "\xff\x00", "application/octet-stream", false, `"/wA="`, "base64"},
		{"a secret among bytes", "\xffhunter2-hunter2", "", false, `"/yhzZW5zaXRpdmUp"`, "base64"},
		{"a letter that was cut", "a\xc3", "text/plain", true, `"a"`, "text"},
		{"a letter that is broken", "a\xc3", "text/plain", false, `"YcM="`, "base64"},
		{"a letter that was not cut", "aé", "text/plain", true, `"aé"`, "text"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := map[string][]string{}
			if c.kind != "" {
				header["Content-Type"] = []string{c.kind}
			}
			got := v.body([]byte(c.raw), header, c.cut)
			if string(got.Body) != c.body || got.Encoding != c.encoding {
				t.Errorf("%s %s", got.Body, got.Encoding)
			}
		})
	}
}

func TestRunsRetryAndCancel(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	id := l.failed("x", "no luck")
	<-l.drained()
	if got := ask[RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry", 200); got.Changed != 1 {
		t.Errorf("%+v", got)
	}
	select {
	case <-l.g.durable.wakeup.C():
	default:
		t.Error("the gateway was not woken")
	}
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/retry", 409)
	ask[RunsChanged](l, "POST", "/api/v1/runs/"+id+"/cancel", 200)
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/cancel", 409)
	ask[problem.Document](l, "POST", "/api/v1/runs/"+l.newID()+"/cancel", 404)
	l.g.durable.pool.events.put(id, cachedEvent{event: testEvent{}}, time.Now())
	ask[RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry?fresh=true", 200)
	if l.g.durable.pool.events.has(id) {
		t.Error("a run that is run again gets its event as it once came, not as it is kept now")
	}
	l.end(id, &store.Ending{State: store.Succeeded})
	ask[problem.Document](l, "POST", "/api/v1/runs/"+id+"/retry", 409)
	ask[RunsChanged](l, "POST", "/api/v1/runs/"+id+"/retry?fresh=true", 200)
	refused := l.newID()
	l.record(&store.Entry{ID: refused, Flow: "x", State: store.Refused, Status: 401})
	ask[problem.Document](l, "POST", "/api/v1/runs/"+refused+"/retry", 409)
}

// drained empties the signal that wakes the loop.
func (l *library) drained() <-chan struct{} {
	l.g.durable.wakeup.Send()
	return l.g.durable.wakeup.C()
}

func TestRunsInBulk(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for i := range 3 {
		l.failed("x", fmt.Sprint("fault ", i))
	}
	l.failed("y", "other")
	change := func(path string, want int) {
		t.Helper()
		if got := ask[RunsChanged](l, "POST", path, 200); got.Changed != want || got.Next != "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	change("/api/v1/runs/retry?flow=z", 0)
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
		l.record(&e)
	}
	want := []RunCount{{Flow: "x", State: "succeeded", Count: 2, Took: 3}, {Flow: "y", State: "failed", Count: 1, Took: 1}}
	if diff := cmp.Diff(want, ask[RunStats](l, "GET", "/api/v1/stats", 200).Counts); diff != "" {
		t.Error(diff)
	}
	want[0].Time = at.UTC()
	if diff := cmp.Diff(want[:1], ask[RunStats](l, "GET", "/api/v1/stats?flow=x&step=1m&since=2h", 200).Counts); diff != "" {
		t.Error(diff)
	}
	if got := ask[RunStats](l, "GET", "/api/v1/stats?to=1d", 200).Counts; len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestQueueDepths(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.queue("x", store.Payload{})
	l.queue("x", store.Payload{})
	s := status(t, l.g)
	if s.Store != "ok" || len(s.Queue) != 1 || s.Queue[0].Flow != "x" || s.Queue[0].Queued != 2 || s.Queue[0].Oldest.IsZero() {
		t.Errorf("%+v", s)
	}
	_, body := admin(t, l.g, "GET", "/metrics")
	for _, want := range []string{
		`gateway_queue_runs{flow="x",state="queued"} 2`, `gateway_queue_runs{flow="y",state="queued"} 0`, `gateway_queue_runs{flow="x",state="running"} 0`,
		`gateway_queue_oldest_timestamp_seconds{flow="x"}`, "gateway_history_dropped_total 0",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestRunsWithoutStore(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	if err := l.store.Close(); err != nil {
		t.Fatal(err)
	}
	ask[problem.Document](l, "GET", "/api/v1/runs", 503)
	ask[problem.Document](l, "POST", "/api/v1/runs/retry?all=true", 503)
	if s := status(t, l.g); s.Store != "unavailable" || len(s.Queue) != 0 {
		t.Errorf("%+v", s)
	}
	if code, body := admin(t, l.g, "GET", "/metrics"); code != 200 || strings.Contains(body, "gateway_queue_runs{") {
		t.Errorf("%d", code)
	}
	l.g.Close()
	ask[problem.Document](l, "GET", "/api/v1/runs", 503)

	none := newLab(t)
	none.write(one("", ""))
	g := none.start()
	if code, body := admin(t, g, "GET", "/api/v1/runs"); code != 503 || !strings.Contains(body, "keeps no runs") {
		t.Errorf("%d %s", code, body)
	}
	if s := status(t, g); s.Store != "none" {
		t.Errorf("%+v", s)
	}
}
