package dashboard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// attribute returns the value of the first attribute with a name.
func attribute(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(name) + `="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no element has %s: %s", name, page)
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

func TestRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	event := []byte(`{"method":"POST","url":"/x?a=1","host":"example.com","remote_ip":"192.0.2.7","headers":{"Content-Type":["application/json"]}}`)
	id := s.Queue("x", store.Payload{Event: event, Body: []byte(`{"order":17}`), Variables: []byte(`{"order_id":"A-17"}`), Trace: []byte("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 vendor=1")})
	s.End(id, &store.Ending{
		State: store.Failed, Cause: store.Cause{Class: "transient", Reason: "5xx", Action: "note", Position: "main.hcl:9,3", Message: "answered 503"},
		Steps: []store.Step{
			{Path: "sum", Kind: "transform", State: "succeeded", Attempts: 1, Began: began, Took: time.Second, Input: []byte(`[1]`), Output: []byte(`{"total":1}`)},
			{Path: "each/0/note", Kind: "log", State: "failed", Attempts: 2, Began: began.Add(time.Second), Took: time.Second, Cause: store.Cause{Message: "answered 503"}},
		},
	})
	page := s.get("/runs/"+id, 200)
	wantText(t, page, "x failed", "Action note failed answered 503 transient 5xx at main.hcl:9,3", "Run again from the failure", "Run again from the beginning",
		"sum transform succeeded 1.00 s", "note log failed", "2 attempts", "began 1.00 s after the first action", `"total": 1`,
		"Trace 4bf92f3577b34da6a3ce929d0e0e4736", "POST /x?a=1", "from 192.0.2.7 to example.com", `"order": 17`, `"order_id": "A-17"`)
	wantNone(t, page, "Cancel", "data-live")
	if !strings.Contains(page, `<rect x="0.00%" y="25%" width="50.00%"`) || !strings.Contains(page, `<rect x="50.00%" y="25%" width="50.00%"`) {
		t.Errorf("the bars are not side by side: %s", page)
	}
	if strings.Index(page, "answered 503") > strings.Index(page, "Request</h2>") {
		t.Error("the error does not come first")
	}
	wantText(t, s.get("/runs/none", http.StatusNotFound), "There is no such run in the history.")
}

func TestRetryAndCancel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.Fail("x", "boom")
	page := s.post("/runs/"+id+"/retry", url.Values{"from": {"failure"}})
	wantText(t, page, "The run was queued again.", "queued", "Cancel…")
	live := attribute(t, page, "data-live")
	if got, want := s.get(live, 200), attribute(t, page, "data-version"); !strings.Contains(got, `"version":"`+want+`"`) {
		t.Errorf("the poll says %s, the page %q", got, want)
	}
	before := attribute(t, page, "data-version")
	page = s.post("/runs/"+id+"/cancel", url.Values{})
	wantText(t, page, "The run was cancelled.", "cancelled", "Run again from the failure")
	if strings.Contains(s.get(live, 200), `"`+before+`"`) {
		t.Error("a poll does not tell that the run changed")
	}
	if w := s.call(http.MethodPost, "/runs/"+id+"/cancel", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("cancel again: %d %s", w.Code, w.Body)
	}
	if w := s.call(http.MethodPost, "/runs/none/retry", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.call(http.MethodGet, "/runs/"+id+"/retry", nil); w.Code == http.StatusSeeOther || w.Code == http.StatusOK {
		t.Errorf("a link runs a run again: %d", w.Code)
	}
	w := s.call(http.MethodPost, "/runs/"+id+"/retry", url.Values{"from": {strings.Repeat("x", 2<<20)}})
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form: %d %s", w.Code, w.Body)
	}
}

// TestManySteps pages through the actions of a run.
func TestManySteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	input := []byte(`"` + strings.Repeat("x", 20<<10) + `"`)
	e := &store.Ending{State: store.Failed, Cause: store.Cause{Action: "note", Message: "boom"}}
	for i := range 450 {
		e.Steps = append(e.Steps, store.Step{Path: fmt.Sprintf("each/%d/note", i), Kind: "log", State: "succeeded", Began: time.Now(), Input: input, Output: []byte(`"ok"`)})
	}
	e.Steps[399].State, e.Steps[399].Cause, e.Steps[399].Output = "failed", store.Cause{Message: "boom"}, []byte(`"the output of the failed action"`)
	id := s.Queue("x", store.Payload{})
	s.End(id, e)
	page := s.get("/runs/"+id, 200)
	wantText(t, page, "only the beginning is shown", "not shown, the page is full", "450 actions", "each/199/note")
	wantNone(t, page, "each/200/note", "Earlier actions")
	if got, want := linkTo(t, page, "Its input and answer"), "/runs/"+id+"?step=200"; got != want {
		t.Errorf("the action that failed is at %s, want %s", got, want)
	}
	page = s.get(linkTo(t, page, "Later actions"), 200)
	wantText(t, page, "each/200/note", "the output of the failed action")
	if !strings.Contains(page, `href="#step-400"`) || !strings.Contains(page, `id="step-400"`) {
		t.Error("the page with the action that failed does not link to it")
	}
	page = s.get(linkTo(t, page, "Later actions"), 200)
	wantText(t, page, "each/449/note")
	wantNone(t, page, "Later actions", "each/399/note")
	wantText(t, s.get(linkTo(t, page, "Earlier actions"), 200), "each/200/note")
	wantNone(t, s.get("/runs/"+id+"?step=99999999", 200), "each/449/note")
	wantText(t, s.get("/runs/"+id+"?step=-5", 200), "each/0/note")
	if got := s.get("/runs/"+id+"/download?part=output&step=each%2F3%2Fnote", 200); got != "ok" {
		t.Errorf("%q", got)
	}
	for _, q := range []string{"?part=nothing", "?part=input&step=nothing", "?part=response", "?part=event", ""} {
		s.get("/runs/"+id+"/download"+q, http.StatusNotFound)
	}
}

// TestLargeBody cuts a value on the page and offers it whole.
func TestLargeBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body, err := json.Marshal(map[string]string{"text": strings.Repeat("x", 10<<20)})
	if err != nil {
		t.Fatal(err)
	}
	id := s.Queue("x", store.Payload{Event: []byte(`{"method":"POST","url":"/x"}`), Body: body})
	page := s.get("/runs/"+id, 200)
	if len(page) > 40<<10 {
		t.Errorf("the page has %d bytes", len(page))
	}
	wantText(t, page, "10.0 MiB", "only the beginning is shown")
	w := s.call(http.MethodGet, "/runs/"+id+"/download?part=body", nil)
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), body) {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": "attachment; filename=" + id + "-body.txt", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestDownloadBytes: the body of a request that is no text is downloaded as it was.
func TestDownloadBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := "\x89PNG\r\n\x1a\n<script>\xff " + admintest.Secret
	id := s.Queue("x", store.Payload{Event: []byte(`{"method":"POST","url":"/x","headers":{"Content-Type":["text/html"]}}`), Body: []byte(body)})
	w := s.call(http.MethodGet, "/runs/"+id+"/download?part=body", nil)
	if got, want := w.Body.String(), strings.Replace(body, admintest.Secret, "(sensitive)", 1); w.Code != 200 || got != want {
		t.Errorf("%d %q, want %q", w.Code, got, want)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=" + id + "-body.bin", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestFailedAction shows the lines of the action that failed, its call, and its
// earlier attempts.
func TestFailedAction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const detail = `{"source":{"file":"flows/main.hcl","first":8,"last":10},"exchange":{"method":"POST","path":"/orders/<script>","status":503},` +
		`"attempts":[{"at":"2026-03-01T12:00:00Z","took":1000000000,"status":502,"class":"transient","message":"bad <script> gateway"}],"skipped":3}`
	id := s.Queue("x", store.Payload{})
	s.End(id, &store.Ending{
		State: store.Failed, Cause: store.Cause{Class: "transient", Action: "note", Position: "flows/main.hcl:9,5", Message: "answered 503", Detail: `{"source":{"file":"flows/main.hcl","first":8,"last":10}}`},
		Steps: []store.Step{{Path: "note", Kind: "log", State: "failed", Attempts: 2, Output: []byte(`{"error":"no route <script>"}`), Cause: store.Cause{Message: "answered 503", Detail: detail}}},
	})
	page := s.get("/runs/"+id, 200)
	wantText(t, page, `8 action "log" "note" {`, `9 message = "note"`, "10 }", "The whole flow", "Its input and answer", "POST /orders/<script> answered 503",
		"Earlier attempts", "1.00 s 502 bad <script> gateway transient", "3 attempts in the middle are not kept", `Answer { "error": "no route <script>" }`)
	wantNone(t, page, "<script>", `11  action "log" "hush"`)
	if !strings.Contains(page, `<span class="row marked" id="L9">`) {
		t.Error("the line of the error is not marked")
	}
	if got := s.get("/runs/"+id+"/download?part=answer&step=note", 200); got != `{"error":"no route <script>"}` {
		t.Errorf("%q", got)
	}
	s.Write(strings.Replace(admintest.Flows, `"note"`, `"other"`, 2))
	s.Gateway.Reload("test")
	s.get("/runs/"+id, 200)
}

// TestDoneOnce: a page says once what a form did, and deletes the cookie that tells it.
func TestDoneOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.Fail("x", "boom")
	w := s.call(http.MethodPost, "/runs/"+id+"/dismiss", url.Values{})
	set := w.Result().Cookies()
	if w.Header().Get("Location") != "/runs/"+id || len(set) != 1 || set[0].Path != "/runs/"+id || !set[0].HttpOnly || set[0].MaxAge <= 0 {
		t.Fatalf("to %s with %v", w.Header().Get("Location"), set)
	}
	show := func(word string) (page string, deleted bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:8081/runs/"+id, nil)
		r.AddCookie(&http.Cookie{Name: set[0].Name, Value: word})
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, r)
		gone := w.Result().Cookies()
		return w.Body.String(), len(gone) == 1 && gone[0].MaxAge < 0 && gone[0].Path == set[0].Path && gone[0].Name == set[0].Name
	}
	page, deleted := show(set[0].Value)
	if wantText(t, page, "The run was dismissed."); !deleted {
		t.Error("the cookie stays")
	}
	page, _ = show("Call 0190")
	wantNone(t, page, "0190", `class="done"`)
	wantNone(t, s.get("/runs/"+id, 200), `class="done"`)
}

// TestMissingRun: a run that was deleted says so.
func TestMissingRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := ulid.New(time.Date(2016, time.July, 30, 12, 0, 0, 0, time.UTC))
	for _, path := range []string{"/runs/" + old, "/runs/" + old + "/download?part=body"} {
		wantText(t, s.get(path, http.StatusNotFound), "There is no such run in the history; runs of 30 July 2016 are deleted: the history keeps a run for 30d after its end.")
	}
	for _, id := range []string{s.NewID(), "nonsense"} {
		wantText(t, s.get("/runs/"+id, http.StatusNotFound), "There is no such run in the history.")
	}
}

// TestRetryFromAction runs a run again from one of its actions.
func TestRetryFromAction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.Queue("x", store.Payload{})
	s.End(id, &store.Ending{State: store.Failed, Cause: store.Cause{Action: "hush", Message: "boom"}, Steps: []store.Step{
		{Path: "note", Kind: "log", State: "succeeded", Attempts: 1}, {Path: "hush", Kind: "log", State: "failed", Attempts: 1, Cause: store.Cause{Message: "boom"}},
	}})
	page := s.get("/runs/"+id, 200)
	wantText(t, page, "Run again from note", "Run again from hush")
	wantText(t, s.post("/runs/"+id+"/retry", url.Values{"action": {"note"}}), "The run was queued again.")
	if w := s.call(http.MethodPost, "/runs/"+id+"/retry", url.Values{"action": {"none"}}); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestChildRun links an action to the run that it started.
func TestChildRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	child := s.Fail("y", "boom")
	id := s.Queue("x", store.Payload{})
	s.End(id, &store.Ending{State: store.Succeeded, Steps: []store.Step{
		{Path: "call", Kind: "flow", State: "succeeded", Output: []byte(`{"run":"` + child + `"}`)},
		{Path: "other", Kind: "flow", State: "succeeded", Output: []byte(`{"run":"../keys"}`)},
		{Path: "third", Kind: "log", State: "succeeded", Output: []byte(`{"run":"` + child + `"}`)},
	}})
	page := s.get("/runs/"+id, 200)
	if strings.Count(page, "The run that it started") != 1 {
		t.Errorf("%s", textOf(page))
	}
	wantText(t, s.get(linkTo(t, page, "The run that it started"), 200), child, "boom")
}

// TestFamily links a run to the run that started it, and to those that it started.
func TestFamily(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	parent := s.Queue("x", store.Payload{})
	child := s.NewID()
	if _, err := s.Store.Accept(t.Context(), &store.Submission{ID: child, Flow: "y", Parent: parent}); err != nil {
		t.Fatal(err)
	}
	other := s.Queue("y", store.Payload{})
	page := s.get("/runs/"+child, 200)
	wantText(t, page, "Started by run "+parent)
	page = s.get(linkTo(t, page, "run <code>"+parent), 200)
	wantText(t, page, "Runs that it started", child)
	wantNone(t, page, other)
	page = s.get(linkTo(t, page, "All runs that it started"), 200)
	wantText(t, page, child, "1 run, the end of the list")
	wantNone(t, page, other)
	wantText(t, s.get("/runs?parent=none", 200), `"parent" must be the id of a run`)
	wantNone(t, s.get("/runs/"+other, 200), "Started by", "Runs that it started")
}

// TestRunOfARemovedFlow: the page of a run says that its flow is gone, and leads to
// no page of it.
func TestRunOfARemovedFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	record := func(flow string) string {
		return s.Record(&store.Entry{
			Flow: flow, State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Message: "no"},
			Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/` + flow + `"}`)},
		})
	}
	page := s.get("/runs/"+record("gone"), 200)
	wantText(t, page, "The flow gone is not in the files. If the run is run again, it waits until the flow is there.", "Run again from the failure")
	wantNone(t, page, "/flows/gone")
	page = s.get("/runs/"+record("y"), 200)
	wantText(t, page, "Try the flow with this request")
	wantNone(t, page, "is not in the files")
}
