package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func TestPause(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.Queue("x", store.Payload{})
	page := s.post("/flows/x/pause", url.Values{})
	wantText(t, page, "The flow was paused.", "Paused by", "Resume")
	wantText(t, s.get("/", 200), "The flow x was paused by", "paused")
	wantText(t, s.get("/runs/"+id, 200), `flow "x" is paused`)
	page = s.post("/flows/x/resume", url.Values{})
	wantText(t, page, "The flow was resumed.", "Pause…")
	wantNone(t, page, "Paused by")
	if w := s.call(http.MethodPost, "/flows/none/pause", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantText(t, s.get("/audit", 200), "Nobody changed anything yet.")
	for range 26 {
		s.post("/flows/x/pause", url.Values{})
		s.post("/flows/x/resume", url.Values{})
	}
	page := s.get("/audit", 200)
	wantText(t, page, "local", "flow.resume x ok", "50 entries on this page, and more follow")
	page = s.get(linkTo(t, page, "Older"), 200)
	wantText(t, page, "flow.pause x ok", "2 entries, the end of the list", "Newest")
	s.get("/audit?after=x", http.StatusBadRequest)
}

func TestReload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Write(admintest.Flows + "flow \"z\" {\n  trigger \"webhook\" {\n    path = \"/z\"\n  }\n}\n")
	wantText(t, s.post("/reload", url.Values{}), "The flow files were loaded.", "z webhook")
	s.Write(strings.Replace(admintest.Flows, "trigger", "tigger", 1))
	wantText(t, s.post("/reload", url.Values{}), "The flow files have errors", "tigger")
}

// TestStart starts flows that no request starts.
func TestStart(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, detailed+`flow "priced" {
  trigger "flow" {
    variable "qty" {
      type = number
    }
  }
}
flow "greeted" {
  trigger "tag" {
    tag = "new"
  }
}
flow "alert" {
  trigger "failure" {
    after = 1
  }
}
`))
	wantText(t, s.get("/schedules", 200), "Run now… nightly")
	wantText(t, s.post("/flows/nightly/start", url.Values{}), "The run was queued.", "nightly")
	wantText(t, s.get("/flows/priced", 200), `Input { "qty": 1 }`)
	wantText(t, s.post("/flows/priced/start", url.Values{"input": {`{"qty":7}`}}), "The run was queued.", "priced")
	addContact(s, "ada@example.com", ops.ContactChange{})
	wantText(t, s.post("/flows/greeted/start", url.Values{"contact": {"ada@example.com"}}), "The run was queued.", "greeted")
	wantText(t, s.get("/flows/alert", 200), "Run now… A run starts with a sample of a failure")
	wantText(t, s.post("/flows/alert/start", url.Values{}), "The run was queued.", "alert", "a sample, which an operator started")
	for path, fields := range map[string]url.Values{
		"/flows/priced/start": {"input": {`{"qty":`}}, "/flows/greeted/start": {"contact": {"nobody@example.com"}}, "/flows/orders/start": {}, "/flows/nightly/start": {"input": {"{}"}},
	} {
		if w := s.call(http.MethodPost, path, fields); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, w.Code, textOf(w.Body.String()))
		}
	}
}
