package command_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

const keyedFlows = `
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    mode = "sync"
    auth "key" {}
    response { body = webhook.auth.name }
  }
}
flow "stock" {
  trigger "webhook" {
    path = "/stock"
    mode = "sync"
    auth "key" { header = "X-Api-Key" }
  }
}
`

// manageKeys runs `gateway keys` on a gateway and returns its output.
func manageKeys(t *testing.T, p *process, args ...string) string {
	t.Helper()
	return runManaged(t, p, append([]string{"keys"}, args...)...)
}

// runManaged runs a command on a gateway and returns its output.
func runManaged(t *testing.T, p *process, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append(append([]string{"gateway"}, args...), "--admin", p.admin)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("gateway %v: %v\n%s", args, err, errs.String())
	}
	return strings.TrimSpace(string(text))
}

// signIn sends a request with a key and returns the answer.
func signIn(t *testing.T, p *process, path, key string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("X-Api-Key", key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// wantStatus checks the answer to a key. A gateway that could not read the keys for a
// while, as the machine is busy, is asked again.
func wantStatus(t *testing.T, p *process, path, key string, want int) {
	t.Helper()
	signaltest.Repeat(t, "the keys can be read", func() bool {
		status, body := signIn(t, p, path, key)
		if status == http.StatusServiceUnavailable {
			return false
		}
		if status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
		return true
	})
}

// TestKeys follows a key from its creation to its end, over a restart.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t, keyedFlows, "--log-level", "debug")
	p := s.start(t)
	key := manageKeys(t, p, "create", "acme", "--flow", "orders", "--expires", "90d")
	if status, body := signIn(t, p, "/orders", key); status != http.StatusOK || body != "acme" {
		t.Errorf("the key got %d %s", status, body)
	}
	for path, wrong := range map[string]string{"/orders": key[:len(key)-1], "/stock": key} {
		if status, body := signIn(t, p, path, wrong); status != http.StatusUnauthorized || !strings.Contains(body, "are missing or wrong") || strings.Contains(body, "acme") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	p.stop()

	s.secret = key
	p = s.start(t)
	wantStatus(t, p, "/orders", key, http.StatusOK)
	var list ops.KeyList
	if err := json.Unmarshal([]byte(manageKeys(t, p, "list", "--json")), &list); err != nil || len(list.Keys) != 1 || list.Keys[0].Used.IsZero() || list.Keys[0].State != "active" {
		t.Errorf("%+v, %v", list, err)
	}
	second := manageKeys(t, p, "rotate", "acme")
	wantStatus(t, p, "/orders", key, http.StatusOK)
	wantStatus(t, p, "/orders", second, http.StatusOK)
	third := manageKeys(t, p, "rotate", "acme", "--overlap", "0s")
	wantStatus(t, p, "/orders", key, http.StatusUnauthorized)
	wantStatus(t, p, "/orders", second, http.StatusUnauthorized)
	wantStatus(t, p, "/orders", third, http.StatusOK)
	manageKeys(t, p, "revoke", "acme")
	wantStatus(t, p, "/orders", third, http.StatusUnauthorized)
	p.stop()
	if p.lines.leaked {
		t.Errorf("the log holds a key:\n%s", p.lines)
	}
}

// TestReplicasKeys: what one gateway does with a key counts on the other, too.
func TestReplicasKeys(t *testing.T) {
	t.Parallel()
	database := postgrestest.Start(t).Database(t)
	start := func() *process {
		s := newSite(t, keyedFlows)
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		return s.start(t)
	}
	a, b := start(), start()
	await := func(p *process, key string, want int) {
		t.Helper()
		signaltest.Repeat(t, http.StatusText(want), func() bool { status, _ := signIn(t, p, "/orders", key); return status == want })
	}
	key := manageKeys(t, a, "create", "acme", "--all-flows")
	wantStatus(t, a, "/orders", key, http.StatusOK)
	await(b, key, http.StatusOK)
	second := manageKeys(t, b, "rotate", "acme")
	wantStatus(t, b, "/orders", second, http.StatusOK)
	await(a, second, http.StatusOK)
	wantStatus(t, a, "/orders", key, http.StatusOK)
	manageKeys(t, a, "revoke", "acme")
	for _, k := range []string{key, second} {
		wantStatus(t, a, "/orders", k, http.StatusUnauthorized)
		await(b, k, http.StatusUnauthorized)
	}
	a.stop()
	b.stop()
}
