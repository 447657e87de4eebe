package admin_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// slowBody is a body that says when it is read, and comes only after release is closed.
type slowBody struct {
	once    sync.Once
	reading *sync.WaitGroup
	release <-chan struct{}
}

func (b *slowBody) Read([]byte) (int, error) {
	b.once.Do(b.reading.Done)
	<-b.release
	return 0, io.EOF
}

// TestTooManyAtOnce: above a number of requests in progress, others are told to come
// back, programs by a problem and people by a page. Health and metrics are served.
func TestTooManyAtOnce(t *testing.T) {
	t.Parallel()
	h, err := admin.NewHandler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, optionsOf(admintest.New(t, syncFlow)))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://localhost:8081"+path, nil)
		r.RemoteAddr = "127.0.0.1:40000"
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	const most = 32
	release := make(chan struct{})
	var reading, ended sync.WaitGroup
	reading.Add(most)
	for range most {
		ended.Go(func() {
			body := &slowBody{reading: &reading, release: release}
			r := httptest.NewRequest(http.MethodPost, "http://localhost:8081/api/v1/contacts", body)
			r.Header.Set("Content-Type", "application/json")
			h.ServeHTTP(httptest.NewRecorder(), r)
			body.once.Do(reading.Done) // it was refused
		})
	}
	reading.Wait()
	for _, c := range []struct {
		path, accept string
		status       int
		text         string
	}{
		{"/api/v1/status", "application/json", 503, `"detail":"Too many requests to the admin listener are in progress. Try again in a moment."`},
		{"/activity", "text/html", 503, "The gateway is busy"},
		{"/-/reload", "*/*", 503, "in progress"},
		{"/metrics", "*/*", 200, "gateway_"},
		{"/readyz", "*/*", 200, ""},
	} {
		w := ask(c.path, c.accept)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.text) {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
		}
		if c.status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s has no Retry-After", c.path)
		}
	}
	close(release)
	ended.Wait()
	if w := ask("/api/v1/status", "application/json"); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}
