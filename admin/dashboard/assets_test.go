package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestSizes holds the script at ten kilobytes, which a person can read.
func TestSizes(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int64{"dashboard.js": 10 << 10, "dashboard.css": 24 << 10, "icon.svg": 1 << 10} {
		info, err := os.Stat("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > limit {
			t.Errorf("%s has %d bytes, want at most %d", name, info.Size(), limit)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	urls := regexp.MustCompile(`/assets/[^"]*`).FindAllString(s.get("/runs", 200), -1)
	if len(urls) != 3 {
		t.Fatalf("a page names %d assets, want 3: %q", len(urls), urls)
	}
	for _, url := range urls {
		w := s.call(http.MethodGet, url, nil)
		if w.Code != 200 || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", url, w.Code, w.Header())
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		r.Header.Set("If-None-Match", w.Header().Get("Etag"))
		again := httptest.NewRecorder()
		s.pages.ServeHTTP(again, r)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d", url, again.Code)
		}
		if !s.pages.IsPublic(r) {
			t.Errorf("%s needs a sign-in", url)
		}
	}
	for _, url := range []string{"/assets/0/dashboard.css", strings.Replace(urls[0], "icon.svg", "none.svg", 1)} {
		if w := s.call(http.MethodGet, url, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
}

// TestNothingFromElsewhere holds that pages name no other server, and have no
// script or style in them, which the policy would refuse.
func TestNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	names, err := os.ReadDir("templates")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	wrong := regexp.MustCompile(`(?i)https?://|\sstyle=|\son[a-z]+=|<style|<script>|@import|[^_]url\(`)
	for _, dir := range []string{"templates", "assets"} {
		names, err := os.ReadDir(dir)
		if err != nil || len(names) == 0 {
			t.Fatal(err)
		}
		for _, n := range names {
			text, err := os.ReadFile(dir + "/" + n.Name())
			if err != nil {
				t.Fatal(err)
			}
			clean := strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", "")
			if found := wrong.FindString(clean); found != "" {
				t.Errorf("%s/%s has %q", dir, n.Name(), found)
			}
		}
	}
	h := newSite(t).call(http.MethodGet, "/runs", nil).Header()
	if p := h.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; style-src 'self'; script-src 'self';") {
		t.Errorf("the policy is %q", p)
	}
}
