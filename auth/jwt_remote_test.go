package auth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// steppedClock is a clock that a test moves.
type steppedClock struct {
	clock.System
	now time.Time
}

func (c *steppedClock) Now() time.Time { return c.now }

// keyServer is a source of key sets in a test.
type keyServer struct {
	clock   *steppedClock
	ids     []string // of its keys
	away    bool
	fetches int
}

var errAway = errors.New("away")

// edKey returns the key pair of an id.
func edKey(id string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(bytes.Repeat([]byte{0}, ed25519.SeedSize-len(id)), id...))
}

func keySetOf(ids ...string) string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		public := edKey(id).Public().(ed25519.PublicKey)
		keys[i] = fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","kid":%q,"x":%q}`, id, base64.RawURLEncoding.EncodeToString(public))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

func newKeyServer(ids ...string) (*keyServer, *remoteKeys) {
	s := &keyServer{clock: &steppedClock{now: noon()}, ids: ids}
	return s, &remoteKeys{clock: s.clock, fetch: func() ([]byte, error) {
		s.fetches++
		if s.away {
			return nil, errAway
		}
		return []byte(keySetOf(s.ids...)), nil
	}}
}

// check looks for a key and compares the result and the number of fetches so far.
func (s *keyServer) check(t *testing.T, k *remoteKeys, id, want string, fetches int) {
	t.Helper()
	found, err := k.find(t.Context(), id, "EdDSA")
	k.mu.Lock()
	running := k.running
	k.mu.Unlock()
	if running != nil {
		<-running // a fetch in the background
	}
	got := "found"
	var u *Unavailable
	switch {
	case errors.As(err, &u):
		if !errors.Is(err, errAway) || u.RetryAfter != keySetPause {
			t.Errorf("key %q: %v, again after %v", id, err, u.RetryAfter)
		}
		got = "unavailable"
	case errors.Is(err, errNoKey):
		got = "unknown"
	case err != nil || len(found) != 1 || found[0].id != id:
		t.Errorf("key %q: %v, %v", id, found, err)
	}
	if got != want || s.fetches != fetches {
		t.Errorf("key %q is %s after %d fetches, want %s after %d", id, got, s.fetches, want, fetches)
	}
}

func TestRemoteKeysAreCached(t *testing.T) {
	t.Parallel()
	s, k := newKeyServer("a")
	s.check(t, k, "a", "found", 1)
	s.clock.now = s.clock.now.Add(keySetInterval - 1)
	s.check(t, k, "a", "found", 1)
	s.clock.now = s.clock.now.Add(1)
	s.ids = []string{"b"}
	s.check(t, k, "a", "found", 2) // the keys that were known; the request does not wait
	s.check(t, k, "b", "found", 2)
	s.check(t, k, "a", "unknown", 2)
}

// Tokens with unknown keys, which anybody can send, cause a fetch at most every ten
// seconds.
func TestRemoteKeysOfUnknownIDs(t *testing.T) {
	t.Parallel()
	s, k := newKeyServer("a")
	s.check(t, k, "x", "unknown", 1)
	s.ids = []string{"a", "b"}
	s.check(t, k, "b", "unknown", 1)
	s.clock.now = s.clock.now.Add(keySetPause - 1)
	s.check(t, k, "b", "unknown", 1)
	s.clock.now = s.clock.now.Add(1)
	s.check(t, k, "b", "found", 2)
	s.check(t, k, "x", "unknown", 2)
}

func TestRemoteKeysWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	s, k := newKeyServer("a")
	s.away = true
	s.check(t, k, "a", "unavailable", 1)
	s.check(t, k, "a", "unavailable", 1)
	s.away = false
	s.clock.now = s.clock.now.Add(keySetPause)
	s.check(t, k, "a", "found", 2)
	s.away = true
	s.clock.now = s.clock.now.Add(maxKeySetAge - 1)
	s.check(t, k, "a", "found", 3)
	s.check(t, k, "b", "unavailable", 3)
	s.clock.now = s.clock.now.Add(1)
	s.check(t, k, "a", "unavailable", 3)
	s.clock.now = s.clock.now.Add(keySetPause)
	s.check(t, k, "a", "unavailable", 4)
}

// Requests wait for one fetch together, and no longer than their caller.
func TestRemoteKeysFetchOnce(t *testing.T) {
	t.Parallel()
	release, fetches := make(chan struct{}), atomic.Int32{}
	k := &remoteKeys{clock: clock.System{}, fetch: func() ([]byte, error) {
		fetches.Add(1)
		<-release
		return []byte(keySetOf("a")), nil
	}}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var u *Unavailable
	if _, err := k.find(ended, "a", "EdDSA"); !errors.As(err, &u) || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that went away gets %v", err)
	}
	results := make(chan error)
	for range 8 {
		go func() {
			_, err := k.find(t.Context(), "a", "EdDSA")
			results <- err
		}()
	}
	close(release)
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if n := fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

// The key set is fetched through the guard of private addresses, when a gateway
// serves and has a token to check, and once for all checks with the same URL.
func TestKeySetURL(t *testing.T) {
	t.Parallel()
	fetches := atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch fetches.Add(1); r.URL.Path {
		case "/keys":
			_, _ = w.Write([]byte(keySetOf("a")))
		case "/large":
			_, _ = w.Write(bytes.Repeat([]byte(" "), maxKeySetSize+1))
		case "/text":
			_, _ = w.Write([]byte("down for maintenance"))
		default:
			http.Error(w, "none", http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	token := signed(t, jwt.SigningMethodEdDSA, edKey("a"), validClaims(nil), map[string]any{"kid": "a"})
	block := func(path string) string { return fmt.Sprintf("jwks_url = %q\naudience = \"orders\"", server.URL+path) }
	pool := &flow.Pool{}
	open := func(t *testing.T, egress []string, path string) Check {
		t.Helper()
		c := mustDecode(t, "jwt", block(path))
		lease := pool.Lease(flow.Settings{Egress: egress})
		t.Cleanup(lease.Close)
		if err := (Policy{Checks: []Check{c}}).Open(lease); err != nil {
			t.Fatal(err)
		}
		return c
	}
	check, same := open(t, []string{"127.0.0.1"}, "/keys"), open(t, []string{"127.0.0.1"}, "/keys")
	if n := fetches.Load(); n != 0 {
		t.Errorf("%d fetches before the first token", n)
	}
	other := signed(t, jwt.SigningMethodEdDSA, edKey("b"), validClaims(nil), map[string]any{"kid": "a"})
	if err := check.Verify(t.Context(), bearerRequest(token)); err != nil {
		t.Error(err)
	}
	if err := check.Verify(t.Context(), bearerRequest(other)); !errors.Is(err, errMismatch) {
		t.Errorf("a token of another key: %v", err)
	}
	if err := same.Verify(t.Context(), bearerRequest(token)); err != nil || fetches.Load() != 1 {
		t.Errorf("a second check with the URL: %v, after %d fetches", err, fetches.Load())
	}
	for name, c := range map[string]struct {
		check Check
		want  string
	}{
		"not served":      {mustDecode(t, "jwt", block("/keys")), "no key set can be fetched here"},
		"refused address": {open(t, nil, "/keys"), "egress"},
		"too large":       {open(t, []string{"127.0.0.1"}, "/large"), "limit of 1MiB"},
		"no key set":      {open(t, []string{"127.0.0.1"}, "/text"), "it is no key set"},
		"a failure":       {open(t, []string{"127.0.0.1"}, "/missing"), "status 404"},
	} {
		err, u := c.check.Verify(t.Context(), bearerRequest(token)), (*Unavailable)(nil)
		if !errors.As(err, &u) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "/missing") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A gateway that reaches the internet through a proxy fetches the keys through it.
func TestKeySetThroughAProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		_, _ = w.Write([]byte(keySetOf("a")))
	}))
	t.Cleanup(proxy.Close)
	const at = "http://login.example.com/keys"
	check, diags := decode(t, "jwt", fmt.Sprintf("jwks_url = %q\naudience = \"orders\"", at))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	lease := (&flow.Pool{}).Lease(flow.Settings{ProxyHTTP: proxy.URL})
	t.Cleanup(lease.Close)
	if err := (Policy{Checks: []Check{check}}).Open(lease); err != nil {
		t.Fatal(err)
	}
	token := signed(t, jwt.SigningMethodEdDSA, edKey("a"), validClaims(nil), map[string]any{"kid": "a"})
	if err := check.Verify(t.Context(), bearerRequest(token)); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; got != at {
		t.Errorf("the proxy was asked for %s, want %s", got, at)
	}
}

func BenchmarkJWTOfCachedKeySet(b *testing.B) {
	c := mustDecode(b, "jwt", "jwks_url = \"https://login.example.com\"\naudience = \"orders\"").(*jwtCheck)
	_, c.keys = newKeyServer("a", "b")
	benchmark(b, c, bearerRequest(signed(b, jwt.SigningMethodEdDSA, edKey("a"), validClaims(nil), map[string]any{"kid": "a"})))
}
