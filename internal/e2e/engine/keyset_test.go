package engine_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keyServer publishes a key set, and may be away.
type keyServer struct {
	mu      sync.Mutex
	ids     []string
	away    bool
	fetches int
}

func signingKey(id string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(bytes.Repeat([]byte{1}, ed25519.SeedSize-len(id)), id...))
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetches++
	if s.away {
		http.Error(w, "maintenance", http.StatusServiceUnavailable)
		return
	}
	keys := make([]string, len(s.ids))
	for i, id := range s.ids {
		keys[i] = fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","kid":%q,"x":%q}`, id, base64.RawURLEncoding.EncodeToString(signingKey(id).Public().(ed25519.PublicKey)))
	}
	_, _ = fmt.Fprintf(w, `{"keys":[%s]}`, strings.Join(keys, ","))
}

func (s *keyServer) set(away bool, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.ids = away, ids
}

func (s *keyServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

// TestKeySetIsAway: while the server of a key set is away, tokens with known keys are
// let in, and tokens with other keys get 503 and cause a fetch each ten seconds. When
// it is back, they are let in.
func TestKeySetIsAway(t *testing.T) {
	t.Parallel()
	keys := &keyServer{ids: []string{"a"}}
	server := httptest.NewServer(keys)
	t.Cleanup(server.Close)
	d := newStopped(t)
	// However long the requests take, they fetch no key set. They come without a
	// connection, whose deadlines would be those of the clock.
	d.clock.stop()
	d.write(fmt.Sprintf(`
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    mode = "sync"
    auth "jwt" {
      jwks_url = "%s/keys"
      audience = "orders"
    }
    response { body = webhook.auth.name }
  }
}`, server.URL))
	d.start()
	ask := func(id string) reply {
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"aud": "orders", "sub": "partner-" + id, "exp": d.clock.Now().Add(time.Hour).Unix()})
		token.Header["kid"] = id
		text, err := token.SignedString(signingKey(id))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+text)
		w := httptest.NewRecorder()
		d.g.ServeHTTP(w, r)
		return reply{w.Code, w.Header(), w.Body.String()}
	}
	check := func(when, id string, status, fetches int) {
		t.Helper()
		got := ask(id)
		if got.status != status || status == 200 && got.body != "partner-"+id || status == 503 && got.header.Get("Retry-After") != "10" {
			t.Errorf("%s key %s: %d %s %v, want %d", when, id, got.status, got.body, got.header, status)
		}
		if n := keys.count(); n != fetches {
			t.Errorf("%s: %d fetches, want %d", when, n, fetches)
		}
	}
	check("at first", "a", 200, 1)
	check("with a fresh key set", "b", 401, 1)
	keys.set(true)
	d.clock.forward(11 * time.Second)
	for range 40 {
		check("away", "a", 200, keys.count())
		check("away", "b", 503, 2)
	}
	d.clock.forward(11 * time.Second)
	check("still away", "b", 503, 3)
	keys.set(false, "a", "b")
	check("just back", "b", 503, 3)
	check("just back", "a", 200, 3)
	d.clock.forward(11 * time.Second)
	check("back", "b", 200, 4)
	check("back", "a", 200, 4)
	if n := seriesValue(t, d.g, "gateway_requests_total", map[string]string{"outcome": "auth_unavailable"}); n != 42 {
		t.Errorf("%v requests count as auth_unavailable", n)
	}
}
