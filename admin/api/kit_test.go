package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// library is a gateway with an API, whose store holds the runs of a test.
type library struct {
	*admintest.Lab
	api *api.API
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	return withAPI(admintest.New(t, admintest.Flows))
}

func withAPI(l *admintest.Lab) *library {
	return &library{l, api.New(api.Options{Ops: l.Service, Metrics: l.Gateway.MetricsHandler(), Clock: clock.System{}, Version: admintest.Version})}
}

// call sends a request and checks the response against the declaration of its
// route.
func (l *library) call(method, path string, body ...string) (int, string) {
	l.T.Helper()
	r := httptest.NewRequestWithContext(l.T.Context(), method, path, strings.NewReader(strings.Join(body, "")))
	w := httptest.NewRecorder()
	l.api.ServeHTTP(w, r)
	if err := l.api.CheckResponse(r, w.Code, w.Header(), w.Body.Bytes()); err != nil {
		l.T.Errorf("%s %s: %v in %s", method, path, err, w.Body)
	}
	return w.Code, w.Body.String()
}

// ask calls the API, wants a status and reads the response.
func ask[T any](l *library, method, path string, status int, body ...string) T {
	l.T.Helper()
	code, text := l.call(method, path, body...)
	var out T
	if code != status {
		l.T.Fatalf("%s %s: %d, want %d: %s", method, path, code, status, text)
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		l.T.Fatalf("%s: %v", text, err)
	}
	return out
}
