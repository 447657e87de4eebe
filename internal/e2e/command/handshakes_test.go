package command_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

const handshakeFlows = `
flow "tasks" {
  trigger "webhook" {
    path = "/tasks"
    mode = "sync"
    auth "asana" {}
    challenge "asana" {}
  }
}
`

const (
	hookSecret    = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"
	foreignSecret = "0dd1e0a8e2d5bb8a6f6b1d0bd0c1d8c7f3a2c1b0a9f8e7d6c5b4a39281706f5e"
)

// sendAsana sends a delivery signed with a secret, or with sign false the handshake.
func sendAsana(t *testing.T, p *process, secret string, sign bool) (status int, repeated string) {
	t.Helper()
	const body = `{"events":[]}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/tasks", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Hook-Secret", secret)
	if sign {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		r.Header.Del("X-Hook-Secret")
		r.Header.Set("X-Hook-Signature", hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("X-Hook-Secret")
}

func wantAsana(t *testing.T, p *process, secret string, sign bool, want int) {
	t.Helper()
	status, repeated := sendAsana(t, p, secret, sign)
	if status != want || !sign && (repeated == secret) != (want == http.StatusOK) {
		t.Errorf("signed %t: %d with %q, want %d", sign, status, repeated, want)
	}
}

// TestHandshake follows the secret of Asana over a restart and a reload, until it is
// reset. It is in no line of the log.
func TestHandshake(t *testing.T) {
	t.Parallel()
	s := newSite(t, handshakeFlows, "--log-level", "debug")
	s.secret = hookSecret
	p := s.start(t)
	wantAsana(t, p, hookSecret, true, http.StatusUnauthorized)
	wantAsana(t, p, hookSecret, false, http.StatusOK)
	wantAsana(t, p, hookSecret, true, http.StatusOK)
	wantAsana(t, p, foreignSecret, false, http.StatusForbidden)
	p.stop()
	if p.lines.leaked {
		t.Errorf("the log holds the secret:\n%s", p.lines)
	}

	p = s.start(t)
	wantAsana(t, p, foreignSecret, false, http.StatusForbidden)
	wantAsana(t, p, hookSecret, true, http.StatusOK)
	wantAsana(t, p, foreignSecret, true, http.StatusUnauthorized)
	if list := runManaged(t, p, "handshakes", "list"); !strings.Contains(list, "tasks") || !strings.Contains(list, "asana") || strings.Contains(list, hookSecret) {
		t.Errorf("the list is %s", list)
	}
	if got := runManaged(t, p, "handshakes", "reset", "tasks"); got != "tasks: 1 secret deleted" {
		t.Errorf("reset: %s", got)
	}
	wantAsana(t, p, hookSecret, true, http.StatusUnauthorized)
	wantAsana(t, p, foreignSecret, false, http.StatusOK)
	wantAsana(t, p, foreignSecret, true, http.StatusOK)
	p.stop()
	if p.lines.leaked {
		t.Errorf("the log holds the secret:\n%s", p.lines)
	}
}

// TestReplicasHandshake: a secret that one gateway keeps counts on the other.
func TestReplicasHandshake(t *testing.T) {
	t.Parallel()
	database := postgrestest.Start(t).Database(t)
	start := func() *process {
		s := newSite(t, handshakeFlows)
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		return s.start(t)
	}
	a, b := start(), start()
	await := func(p *process, secret string, want int) {
		t.Helper()
		signaltest.Repeat(t, http.StatusText(want), func() bool { status, _ := sendAsana(t, p, secret, true); return status == want })
	}
	wantAsana(t, b, hookSecret, true, http.StatusUnauthorized)
	wantAsana(t, a, hookSecret, false, http.StatusOK)
	wantAsana(t, a, hookSecret, true, http.StatusOK)
	await(b, hookSecret, http.StatusOK)
	wantAsana(t, b, foreignSecret, false, http.StatusForbidden)
	runManaged(t, b, "handshakes", "reset", "tasks")
	wantAsana(t, b, hookSecret, true, http.StatusUnauthorized)
	await(a, hookSecret, http.StatusUnauthorized)
	a.stop()
	b.stop()
}
