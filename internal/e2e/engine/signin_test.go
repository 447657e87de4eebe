package engine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/webhook-gateway/gateway/gateway"
)

// callAs sends a request from an address with credentials.
func callAs(g *gateway.Gateway, from, credentials string) int {
	r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(""))
	r.RemoteAddr = from
	r.Header.Set("Authorization", credentials)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Code
}

// TestFailedSignInsAreSlowedDown: the answers to an address that fails too often
// wait, while the right credentials and other addresses do not.
func TestFailedSignInsAreSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(one(`token = "correct-horse"`, "") + "gateway {\n  limits {\n    failed_sign_ins = 3\n  }\n}\n")
		g := l.start()
		const bad, other = "192.0.2.1:1", "192.0.2.2:1"
		for range 3 {
			if got := callAs(g, bad, "guess"); got != http.StatusUnauthorized {
				t.Fatalf("a wrong token gets %d", got)
			}
		}
		answered := make(chan int, 1)
		go func() { answered <- callAs(g, bad, "guess") }()
		synctest.Wait()
		if len(answered) > 0 {
			t.Error("the fourth failure is answered at once")
		}
		for from, credentials := range map[string]string{bad: "correct-horse", other: "guess"} {
			want := http.StatusOK
			if from == other {
				want = http.StatusUnauthorized
			}
			if got := callAs(g, from, credentials); got != want {
				t.Errorf("%s gets %d, want %d", from, got, want)
			}
		}
		if len(answered) > 0 {
			t.Error("others have waited")
		}
		if got := <-answered; got != http.StatusUnauthorized {
			t.Errorf("after its delay the failure gets %d", got)
		}
		g.Close()
		synctest.Wait()
	})
}
