package dashboard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func TestActivity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if page := s.get("/runs", 200); !strings.Contains(textOf(page), "No run yet") {
		t.Errorf("%s", page)
	}
	failed := s.Fail("x", "no route to the warehouse")
	open := s.Queue("y", store.Payload{})
	keyed := s.NewID()
	if _, err := s.Store.Accept(t.Context(), &store.Submission{ID: keyed, Flow: "y", OrderKey: "customer 7", Payload: store.Payload{Body: []byte("keyed")}}); err != nil {
		t.Fatal(err)
	}
	refused := s.Record(&store.Entry{Flow: "x", State: store.Refused, Status: 401, Cause: store.Cause{Reason: "unauthorized", Message: "no token"}})
	for _, c := range []struct {
		query string
		want  []string
		none  []string
	}{
		{"", []string{failed, open, refused, "no route to the warehouse", "unauthorized", "4 runs, the end of the list"}, nil},
		{"?state=failed", []string{failed}, []string{open, refused}},
		{"?state=failed&state=queued", []string{failed, open, keyed}, []string{refused}},
		{"?flow=y&state=", []string{open}, []string{failed, refused}},
		{"?text=WAREHOUSE", []string{failed}, []string{open, refused}},
		{"?reason=unauthorized", []string{refused}, []string{failed, open}},
		{"?from=1h", []string{failed, open, refused}, nil},
		{"?to=1h", []string{"No run matches the filter."}, []string{failed, open}},
		{"?state=broken", []string{`There is no state "broken"; the states are queued,`}, []string{failed, "end of the list"}},
		{"?from=yesterday", []string{`"from" is no time`}, []string{failed}},
		{"?flow=z", []string{`There is no flow "z" in the files`}, []string{failed}},
		{"?key=customer+7", []string{keyed}, []string{failed, open}},
		{"?text=KEYED&key=customer+7", []string{keyed}, []string{failed, open}},
		{"?text=other&key=customer+7", []string{"No run matches the filter."}, []string{keyed, failed, open}},
		{"?after=!", []string{`"after" must be`}, []string{failed}},
		{"?limit=100000", []string{`"limit" must be`}, []string{failed}},
	} {
		page := s.get("/runs"+c.query, 200)
		wantText(t, page, c.want...)
		wantNone(t, page, c.none...)
	}
}

// TestActivityPages follows the links to older runs, while new runs arrive, and
// finds each run once.
func TestActivityPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var ids []string
	for range 5 {
		ids = append(ids, s.Queue("x", store.Payload{}))
	}
	page := s.get("/runs?limit=2&state=queued", 200)
	wantText(t, page, "2 runs on this page, and more follow", ids[4], ids[3])
	late := s.Queue("x", store.Payload{})
	page = s.get(linkTo(t, page, "Older"), 200)
	wantText(t, page, ids[2], ids[1])
	wantNone(t, page, late, ids[3], "data-live")
	first := linkTo(t, page, "Newest")
	page = s.get(linkTo(t, page, "Older"), 200)
	wantText(t, page, ids[0], "1 run, the end of the list")
	wantText(t, s.get(first, 200), late, ids[4])
}

// TestNews checks the count of new runs, which a page shows without loading them.
func TestNews(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Queue("x", store.Payload{})
	page := s.get("/runs?flow=x", 200)
	url := attribute(t, page, "data-live")
	wantNews(t, s, url, `{"new":0,"more":false,"version":""}`)
	s.Queue("y", store.Payload{})
	wantNews(t, s, url, `{"new":0,"more":false,"version":""}`)
	s.Queue("x", store.Payload{})
	wantNews(t, s, url, `{"new":1,"more":false,"version":""}`)
	for range 100 {
		s.Queue("x", store.Payload{})
	}
	wantNews(t, s, url, `{"new":100,"more":true,"version":""}`)
	if strings.Contains(s.get("/runs?text=x", 200), "data-live") {
		t.Error("a search is repeated every few seconds")
	}
	if w := s.call(http.MethodGet, "/live/runs?state=broken", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func wantNews(t *testing.T, s *site, url, want string) {
	t.Helper()
	if got := s.get(url, 200); strings.TrimSpace(got) != want {
		t.Errorf("%s answers %s, want %s", url, got, want)
	}
}

// syncFlow is a flow that needs no store.
const syncFlow = `flow "x" {
  trigger "webhook" {
    path = "/x"
    mode = "sync"
  }
}
`

// TestWithoutStore shows the pages of a gateway that keeps no runs.
func TestWithoutStore(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.NewWithoutStore(t, syncFlow))
	wantText(t, s.get("/runs", http.StatusServiceUnavailable), "This gateway keeps no runs")
}

// TestHostileRuns shows values of callers that try to be more than text.
func TestHostileRuns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const script = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	message := script + "\x1b[2J\u202egnp.exe" + strings.Repeat("W", 3000)
	body, err := json.Marshal(map[string]string{script: message})
	if err != nil {
		t.Fatal(err)
	}
	event := fmt.Appendf(nil, `{"method":"POST","url":%q,"host":%q,"headers":{"X-Evil":[%q]}}`, "/x?"+script, script, script)
	id := s.Queue("x", store.Payload{Event: event, Body: body, Variables: body})
	s.End(id, &store.Ending{
		State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Message: message},
		Steps: []store.Step{{Path: "each/1/note", Kind: "log", State: "failed", Input: body, Output: body, Cause: store.Cause{Message: message}}},
	})
	for _, path := range []string{"/runs", "/runs/" + id, "/runs?text=%22%3E%3Cscript%3E", "/runs?flow=%3Cscript%3E", "/runs?from=%3Cscript%3E", "/%3Cscript%3E"} {
		w := s.call(http.MethodGet, path, nil)
		wantNone(t, w.Body.String(), "<script>alert", "<img src=x", "\x1b", "\u202e")
	}
	wantText(t, s.get("/runs/"+id, 200), "<script>alert(1)</script>", "␛[2J⟨U+202E⟩gnp.exe", "X-Evil")
}

// TestHiddenValues compares the pages with what must not leave the gateway.
func TestHiddenValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := []byte(`{"token":"` + admintest.Secret + `"}`)
	id := s.Queue("x", store.Payload{Event: []byte(`{"method":"POST","url":"/x"}`), Body: body, Variables: body})
	s.End(id, &store.Ending{
		State: store.Failed, Cause: store.Cause{Message: "wrong token " + admintest.Secret},
		Steps: []store.Step{{Path: "hush", Kind: "log", State: "failed", Output: []byte(`{"pin":"1234"}`)}},
	})
	for _, path := range []string{"/runs", "/runs/" + id, "/runs/" + id + "/download?part=body", "/runs/" + id + "/download?part=output&step=hush"} {
		wantNone(t, s.get(path, 200), admintest.Secret, "1234")
	}
}

// TestLabelFilter: a label selects the runs of the flows that have it, in each list.
func TestLabelFilter(t *testing.T) {
	t.Parallel()
	labeled := strings.NewReplacer("flow \"x\" {", "flow \"x\" {\n label = \"Shop <orders>\"", "flow \"y\" {", "flow \"y\" {\n label = \"Shop <orders>\"")
	other := "flow \"z\" {\n trigger \"webhook\" { path = \"/z\" }\n}\n"
	s := withPages(admintest.New(t, labeled.Replace(admintest.Flows)+other))
	x, y, z := s.recordOf("x"), s.recordOf("y"), s.recordOf("z")
	page := s.get("/runs?label=shop+%3Corders%3E", 200)
	wantText(t, page, x, y, "x · Shop <orders>", "all labels")
	wantNone(t, page, z)
	page = s.get("/runs?label=Shop+%3Corders%3E&flow=y", 200)
	wantText(t, page, y)
	wantNone(t, page, x)
	page = s.get("/failed?label=Shop+%3Corders%3E", 200)
	wantText(t, page, x, y)
	wantNone(t, page, z)
	wantText(t, s.get("/bulk?do=retry&state=failed&label=Shop+%3Corders%3E", 200), "2 runs")
	wantText(t, s.get("/runs?label=Shop+%3Corder%3E", 200), `No flow has the label "Shop <order>". Did you mean "Shop <orders>"?`)
	wantText(t, s.get("/runs?label=Shop+%3Corders%3E&flow=z", 200), "None of the flows has one of the labels.")
}

// recordOf records a failed run of a flow.
func (s *site) recordOf(name string) string {
	return s.Record(&store.Entry{Flow: name, State: store.Failed, Cause: store.Cause{Class: "permanent", Message: "no"}})
}
