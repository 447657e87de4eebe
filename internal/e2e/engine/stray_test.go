package engine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// callPath sends a request from an address and returns the status and the time of
// the answer.
func callPath(g *gateway.Gateway, method, path, from string, header http.Header) (status int, took time.Duration) {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	began := clock.System{}.Now()
	g.ServeHTTP(w, r)
	return w.Code, clock.Since(clock.System{}, began)
}

// TestStrayRequestsAreSlowedDown: above the limit, answers to requests that reach no
// flow wait, while other requests of the same address, other addresses and trusted
// proxies do not.
func TestStrayRequestsAreSlowedDown(t *testing.T) {
	t.Parallel()
	const bad, other, proxy = "192.0.2.1:1", "192.0.2.2:1", "10.0.0.1:1"
	forwarded := func(client string) http.Header { return http.Header{"X-Forwarded-For": {client}} }
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(one("", "") + "gateway {\n  trusted_proxies = [\"10.0.0.0/8\"]\n  limits {\n    stray_requests = 3\n  }\n}\n")
		g := l.start()
		for range 3 {
			if status, took := callPath(g, "POST", "/nowhere", bad, nil); status != http.StatusNotFound || took != 0 {
				t.Fatalf("an unknown path gets %d after %s", status, took)
			}
		}
		for _, c := range []struct {
			name, method, path, from string
			header                   http.Header
			status                   int
			slow                     bool
		}{
			{"an unknown path", "POST", "/nowhere", bad, nil, http.StatusNotFound, true},
			{"another unknown path", "GET", "/elsewhere", bad, nil, http.StatusNotFound, true},
			{"a wrong method", "DELETE", "/x", bad, nil, http.StatusMethodNotAllowed, true},
			{"a probe", "HEAD", "/x", bad, nil, http.StatusOK, true},
			{"behind a proxy", "POST", "/nowhere", proxy, forwarded("192.0.2.1"), http.StatusNotFound, true},
			{"an endpoint", "POST", "/x", bad, nil, http.StatusOK, false},
			{"another address", "POST", "/nowhere", other, nil, http.StatusNotFound, false},
			{"another client of the proxy", "POST", "/nowhere", proxy, forwarded("192.0.2.3"), http.StatusNotFound, false},
		} {
			status, took := callPath(g, c.method, c.path, c.from, c.header)
			if status != c.status || (took == 2*time.Second) != c.slow || (took == 0) == c.slow {
				t.Errorf("%s gets %d after %s", c.name, status, took)
			}
			refillNone(t, g, bad)
		}
		for range 10 {
			if _, took := callPath(g, "GET", "/", proxy, nil); took != 0 {
				t.Errorf("a request of the proxy itself is answered after %s", took)
			}
		}
		g.Close()
		synctest.Wait()
	})
}

// refillNone takes what the limit of an address has gained, so that its next stray
// request is above the limit.
func refillNone(t *testing.T, g *gateway.Gateway, from string) {
	t.Helper()
	for range 4 {
		if _, took := callPath(g, "POST", "/nowhere", from, nil); took > 0 {
			return
		}
	}
	t.Errorf("%s has no limit", from)
}

// TestRefusedAddressesAreSlowedDown: requests that allow_ips refuses are stray ones.
func TestRefusedAddressesAreSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.files.Store(&fstest.MapFS{"flows/main.hcl": {Data: []byte(strings.Replace(refusingFlows, "runs    = 1", "stray_requests = 3", 1))}})
		l.opts.Load = l.loadWebhooks
		g := l.start()
		for n := range 5 {
			status, took := callPath(g, "POST", "/inside", "192.0.2.1:1", nil)
			if slow := n >= 3; status != http.StatusForbidden || (took == 2*time.Second) != slow || (took == 0) == slow {
				t.Errorf("request %d gets %d after %s", n, status, took)
			}
		}
		if status, took := callPath(g, "POST", "/fails", "192.0.2.1:1", nil); status != http.StatusInternalServerError || took != 0 {
			t.Errorf("a request that starts a run gets %d after %s", status, took)
		}
		g.Close()
		synctest.Wait()
	})
}

// withoutStrayLimit lets a test send many stray requests at once.
const withoutStrayLimit = "\ngateway {\n  limits {\n    stray_requests = 0\n  }\n}\n"

// TestStrayRequestsWithoutLimit: 0 delays none.
func TestStrayRequestsWithoutLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(one("", "") + withoutStrayLimit)
		g := l.start()
		for range 1000 {
			if _, took := callPath(g, "POST", "/nowhere", "192.0.2.1:1", nil); took != 0 {
				t.Fatalf("answered after %s", took)
			}
		}
		g.Close()
		synctest.Wait()
	})
}
