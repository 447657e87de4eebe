package dashboard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

func addContact(s *site, email string, change ops.ContactChange) {
	s.T.Helper()
	if _, err := s.Service.ChangeContact(s.T.Context(), email, change); err != nil {
		s.T.Fatal(err)
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantText(t, s.get("/contacts", 200), "No contact yet.")
	for i := range 60 {
		addContact(s, fmt.Sprintf("c%02d@example.com", i), ops.ContactChange{Add: []string{"all"}})
	}
	addContact(s, "ada@example.com", ops.ContactChange{
		Fields: map[string]json.RawMessage{"name": json.RawMessage(`"Ada <b>"`), "token": json.RawMessage(`"` + admintest.Secret + `"`)}, Add: []string{"vip", "a", "b", "c", "d", "e", "f", "g"},
	})
	page := s.get("/contacts", 200)
	wantText(t, page, "ada@example.com", "and 2 more", "50 contacts on this page, and more follow")
	page = s.get(linkTo(t, page, "Next page"), 200)
	wantText(t, page, "c59@example.com", "11 contacts, the end of the list", "First page")
	wantText(t, s.get("/contacts?q=ADA", 200), "ada@example.com", "1 contact, the end of the list")
	wantText(t, s.get("/contacts?tag=vip", 200), "1 contact, the end of the list")
	wantText(t, s.get("/contacts?tag=none", 200), "No contact matches.")

	page = s.get("/contacts/ada@example.com", 200)
	wantText(t, page, "vip", "manual", "name Ada <b>")
	wantNone(t, page, "Ada <b>", admintest.Secret)
	page = s.post("/contacts/ada@example.com/tags", url.Values{"tag": {"new one"}})
	wantText(t, page, "new one", "The tags of the contact were changed.")
	wantNone(t, s.post("/contacts/ada@example.com/tags", url.Values{"do": {"remove"}, "tag": {"vip"}}), ">vip<")
	if w := s.call(http.MethodPost, "/contacts/nobody@example.com/tags", url.Values{"tag": {"x"}}); w.Code != http.StatusNotFound {
		t.Errorf("a tag for nobody: %d", w.Code)
	}
	if w := s.call(http.MethodPost, "/contacts/ada@example.com/erase", url.Values{"confirm": {"c01@example.com"}}); w.Code != http.StatusBadRequest {
		t.Errorf("erased without confirmation: %d", w.Code)
	}
	wantText(t, s.post("/contacts/ada@example.com/erase", url.Values{"confirm": {" ADA@example.com"}}), "The contact was deleted")
	s.get("/contacts/ada@example.com", http.StatusNotFound)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantText(t, s.get("/keys", 200), "No key yet.")
	w := s.call(http.MethodPost, "/keys", url.Values{"name": {"shop"}, "flow": {"x"}, "expires_in": {"90d"}})
	secret := regexp.MustCompile(`gwk_[A-Za-z0-9_-]{20,}`).FindString(w.Body.String())
	if w.Code != 200 || secret == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	wantText(t, w.Body.String(), "The flow x has no auth \"key\"")
	page := s.get("/keys", 200)
	wantText(t, page, "shop", "x active", "never")
	wantNone(t, page, secret)
	for _, wrong := range []url.Values{{"name": {"shop"}}, {"name": {""}}, {"name": {"y"}, "flow": {"z"}}, {"name": {"y"}, "expires_in": {"soon"}}} {
		if w := s.call(http.MethodPost, "/keys", wrong); w.Code != http.StatusBadRequest && w.Code != http.StatusConflict {
			t.Errorf("%v: %d", wrong, w.Code)
		}
	}
	w = s.call(http.MethodPost, "/keys/shop/rotate", url.Values{"overlap": {"2h"}})
	if second := regexp.MustCompile(`gwk_[A-Za-z0-9_-]{20,}`).FindString(w.Body.String()); w.Code != 200 || second == "" || second == secret {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if page := s.get("/keys", 200); strings.Count(page, `<th scope="row"><bdi>shop</bdi>`) != 2 {
		t.Errorf("%s", page)
	}
	wantText(t, s.post("/keys/shop/revoke", url.Values{}), "The key was revoked.", "No key yet.")
	if w := s.call(http.MethodPost, "/keys/shop/revoke", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

// TestMessages holds that a link can't make a page say what it likes.
func TestMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantNone(t, s.get("/keys?done=revoke", 200), `class="done"`)
	for referer, want := range map[string]string{"": `href="/">To the overview`, "http://localhost:8081/keys": `href="/keys">Back`, "http://evil.example/": `href="/">To the overview`, "http://localhost:8081//evil.example": `href="/evil.example">Back`} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:8081/keys/none/revoke", nil)
		r.Header.Set("Referer", referer)
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), want) {
			t.Errorf("from %q: %d %s", referer, w.Code, w.Body)
		}
	}
}
