package dashboard_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// TestHostilePages renders each page with values that try to be more than text.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script>'` + "\u202e\u2066\u200b\x1b[2J"
	written, err := json.Marshal(evil + strings.Repeat("W", 5000))
	if err != nil {
		t.Fatal(err)
	}
	quoted := strings.ReplaceAll(string(written), "$", "$$")
	s := withPages(admintest.New(t, `flow "evil" {
  label       = `+quoted+`
  description = `+quoted+`
  trigger "webhook" {
    path = "/evil"
    variable "a" {
      type        = string
      description = `+quoted+`
      default     = `+quoted+`
    }
  }
  action "log" "note" {
    message = `+quoted+`
  }
}
`))
	event, err := json.Marshal(map[string]any{"method": "POST", "url": "/evil?" + evil, "host": evil, "headers": map[string][]string{"X-A": {evil}}, "auth": map[string]string{"kind": "basic", "name": evil}})
	if err != nil {
		t.Fatal(err)
	}
	ran := s.Record(&store.Entry{
		Flow: "evil", State: store.Failed, Status: 200, Payload: store.Payload{Event: event, Body: []byte(evil), Variables: written, Output: written},
		Cause: store.Cause{Class: "permanent", Reason: "x", Action: "note", Message: evil},
		Steps: []store.Step{{Path: "note", Kind: "log", State: "failed", Input: written, Output: written, Cause: store.Cause{Message: evil}}},
	})
	addContact(s, "evil@example.com", ops.ContactChange{Fields: map[string]json.RawMessage{`"><script>alert(1)</script>`: written}, Add: []string{`"><script>alert(1)</script>`}})
	in := url.QueryEscape(evil)
	for _, path := range []string{
		"/", "/?q=" + in + "&sort=" + in, "/flows/evil", "/flows/" + url.PathEscape(evil), "/flows/evil/try", "/flows/evil/try?from=" + ran + "&status=" + in,
		"/runs", "/runs?text=" + in, "/runs?flow=" + in + "&state=" + in, "/runs?key=" + in, "/runs?reason=" + in, "/runs?from=" + in, "/runs?to=" + in, "/runs?after=" + in, "/runs?failure=" + in,
		"/runs/" + ran, "/runs/" + url.PathEscape(evil), "/runs/" + ran + "?done=" + in, "/runs/" + ran + "/download?part=" + in,
		"/failed", "/failed?failure=" + in, "/bulk?do=retry&state=failed", "/bulk?do=" + in, "/bulk?do=retry&state=failed&text=" + in,
		"/bulk/progress?do=retry&state=failed&text=" + in + "&changed=" + in + "&after=" + in, "/schedules", "/contacts", "/contacts?q=" + in + "&tag=" + in,
		"/contacts/evil@example.com", "/contacts/" + url.PathEscape(evil), "/keys", "/links", "/audit", "/audit?after=" + in, "/" + url.PathEscape(evil),
	} {
		w := s.call(http.MethodGet, path, nil)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s: %d", path, w.Code)
		}
		wantNone(t, w.Body.String(), "<script>alert", "\u202e", "\u2066", "\u200b", "\x1b")
	}
	wantText(t, s.get("/runs/"+ran, 200), "<script>alert(1)</script>", "⟨U+202E⟩", "␛[2J")
}
