package dashboard_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// site is a gateway with a dashboard, whose store holds the runs of a test.
type site struct {
	*admintest.Lab
	pages *dashboard.Dashboard
}

func newSite(t testing.TB) *site {
	t.Helper()
	return withPages(admintest.New(t, admintest.Flows))
}

func withPages(l *admintest.Lab) *site {
	return &site{l, dashboard.New(dashboard.Options{Ops: l.Service, Clock: clock.System{}, Log: l.Options.Log, Version: admintest.Version})}
}

// call sends a request; a form if there is one.
func (s *site) call(method, path string, form url.Values) *httptest.ResponseRecorder {
	s.T.Helper()
	r := httptest.NewRequestWithContext(s.T.Context(), method, "http://localhost:8081"+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r)
	return w
}

// get returns a page.
func (s *site) get(path string, status int) string {
	s.T.Helper()
	w := s.call(http.MethodGet, path, nil)
	if w.Code != status {
		s.T.Fatalf("GET %s: %d, want %d: %s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

// post sends a form and returns the page to which it redirects, with its cookie.
func (s *site) post(path string, form url.Values) string {
	s.T.Helper()
	w := s.call(http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		s.T.Fatalf("POST %s: %d: %s", path, w.Code, w.Body)
	}
	r := httptest.NewRequestWithContext(s.T.Context(), http.MethodGet, "http://localhost:8081"+w.Header().Get("Location"), nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	page := httptest.NewRecorder()
	s.pages.ServeHTTP(page, r)
	if page.Code != http.StatusOK {
		s.T.Fatalf("GET %s after POST %s: %d: %s", r.URL.Path, path, page.Code, page.Body)
	}
	return page.Body.String()
}

// tags are what textOf removes.
func tags() *regexp.Regexp { return regexp.MustCompile(`(?s)<[^>]*>`) }

// textOf returns what a page shows to a person, on one line.
func textOf(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags().ReplaceAllString(page, " "))), " ")
}

// wantText reports texts that a page does not show.
func wantText(t *testing.T, page string, texts ...string) {
	t.Helper()
	shown := textOf(page)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			t.Errorf("the page lacks %q: %.3000s", text, shown)
		}
	}
}

// wantNone reports texts that are in the source of a page.
func wantNone(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page has %q: %.3000s", text, page)
		}
	}
}

// linkTo returns the URL of the first link that begins with a text.
func linkTo(t *testing.T, page, text string) string {
	t.Helper()
	found := regexp.MustCompile(`<a [^>]*?href="([^"]*)"[^>]*>` + regexp.QuoteMeta(text)).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("there is no link %q: %.3000s", text, page)
	}
	url, _, _ := strings.Cut(html.UnescapeString(found[1]), "#")
	return url
}
