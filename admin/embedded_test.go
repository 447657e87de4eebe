package admin_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// TestOtherPagesLoadNothing: a page of another origin may lead its user to a page,
// and can't make a browser load pages or routes of the API in its background.
func TestOtherPagesLoadNothing(t *testing.T) {
	t.Parallel()
	h, err := admin.NewHandler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, optionsOf(admintest.New(t, admintest.Flows)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, fields string
		status       int
	}{
		{"/runs?text=a", "cross-site navigate document", http.StatusOK},
		{"/runs?text=a", "cross-site no-cors image", http.StatusForbidden},
		{"/runs?text=a", "same-site no-cors script", http.StatusForbidden},
		{"/runs?text=a", "cross-site navigate iframe", http.StatusForbidden},
		{"/api/v1/runs", "cross-site cors empty", http.StatusForbidden},
		{"/api/v1/runs", "same-origin cors empty", http.StatusOK},
		{"/api/v1/runs", "none navigate document", http.StatusOK},
		{"/api/v1/runs", "  ", http.StatusOK},
		{"/healthz", "cross-site no-cors image", http.StatusOK},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+c.path, nil)
		for i, value := range strings.SplitN(c.fields, " ", 3) {
			r.Header.Set([]string{"Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"}[i], value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s with %q answered %d, want %d", c.path, c.fields, w.Code, c.status)
		}
	}
}
