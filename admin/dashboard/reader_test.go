package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// getAs returns a page as an operator gets it.
func (s *site) getAs(by ops.Operator, path string) *httptest.ResponseRecorder {
	s.T.Helper()
	r := httptest.NewRequestWithContext(ops.WithOperator(s.T.Context(), by), http.MethodGet, path, nil)
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r)
	return w
}

// TestReaderNamed tells people as whom they signed in, and what they may do.
func TestReaderNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		by   ops.Operator
		want []string
		none []string
	}{
		{ops.Operator{Name: "ada@example.com", ReadOnly: true}, []string{"ada@example.com", "who may only read", "/logout"}, nil},
		{ops.Operator{Name: "<b>"}, []string{"&lt;b&gt;", "/logout"}, []string{"only read", "<b>"}},
		{ops.Operator{Name: "local"}, nil, []string{"only read", "/logout"}},
	} {
		page := s.getAs(c.by, "/keys").Body.String()
		for _, text := range c.want {
			if !strings.Contains(page, text) {
				t.Errorf("%+v: the page lacks %q: %s", c.by, text, page)
			}
		}
		wantNone(t, page, c.none...)
	}
}

// TestReaderGetsNoForms: no page for the role read has a form that changes
// something, or a link to one. Those who operate have one on each of the pages.
func TestReaderGetsNoForms(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, detailed+"flow \"greeted\" {\n  trigger \"tag\" {\n    tag = \"new\"\n  }\n}\nflow \"priced\" {\n  trigger \"flow\" {}\n}\n"))
	failed := s.Record(&store.Entry{
		Flow: "orders", State: store.Failed, Cause: store.Cause{Class: "permanent", Message: "no"},
		Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/orders"}`)},
		Steps:   []store.Step{{Path: "note", Kind: "log", State: "failed", Cause: store.Cause{Message: "no"}}},
	})
	queued := s.Queue("orders", store.Payload{})
	addContact(s, "ada@example.com", ops.ContactChange{Add: []string{"new"}})
	s.post("/flows/nightly/pause", url.Values{})
	if w := s.call(http.MethodPost, "/keys", url.Values{"name": {"shop"}, "all_flows": {"true"}}); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	reader := ops.Operator{Name: "ada", ReadOnly: true}
	changes := []string{`method="post"`, "/try", `href="/bulk`, `class="menu"`}
	for _, path := range []string{
		"/", "/flows/orders", "/flows/nightly", "/flows/greeted", "/flows/priced", "/runs/" + failed, "/runs/" + queued, "/failed", "/runs?state=queued",
		"/keys", "/contacts/ada@example.com", "/schedules",
	} {
		if page := s.get(path, 200); !slices.ContainsFunc(changes, func(c string) bool { return strings.Contains(page, c) }) {
			t.Errorf("%s has no form, so this test shows nothing", path)
		}
		w := s.getAs(reader, path)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		wantNone(t, w.Body.String(), changes...)
	}
	for _, path := range []string{"/runs", "/runs?state=refused", "/contacts", "/links", "/audit"} {
		wantNone(t, s.getAs(reader, path).Body.String(), changes...)
	}
	for _, path := range []string{"/flows/orders/try", "/bulk?do=retry&state=failed"} {
		s.get(path, 200)
		w := s.getAs(reader, path)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, w.Code)
		}
		wantText(t, w.Body.String(), "You may not do that", "The role read may change nothing; ask for the role operate.")
	}
}
