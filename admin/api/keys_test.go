package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/apikey"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

// TestKeys creates, lists, rotates and revokes keys. No list has a key, and the store
// has the hash of what the caller got.
func TestKeys(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	a := ask[ops.KeyCreated](l, "POST", "/api/v1/keys", 200, `{"name": "acme", "flows": ["x", "y"], "expires_in": "90d"}`)
	if err := apikey.Check(a.Secret); err != nil || !strings.HasPrefix(a.Secret, a.Hint) || a.State != "active" || a.Expires.Sub(a.Created) != 90*24*time.Hour ||
		strings.Join(a.Closed, " ") != "x y" {
		t.Errorf("%+v", a)
	}
	b := ask[ops.KeyCreated](l, "POST", "/api/v1/keys/acme/rotate?overlap=1h", 200)
	if strings.Join(b.Flows, " ") != "x y" || b.Expires.Sub(b.Created) != 90*24*time.Hour || b.Secret == a.Secret {
		t.Errorf("%+v", b)
	}
	list := ask[ops.KeyList](l, "GET", "/api/v1/keys", 200)
	if len(list.Keys) != 2 || list.Keys[0].Hint != a.Hint || list.Keys[0].Expires.Sub(b.Created) != time.Hour || list.Keys[1].Hint != b.Hint {
		t.Errorf("%+v", list)
	}
	if _, text := l.call("GET", "/api/v1/keys"); strings.Contains(text, a.Secret) || strings.Contains(text, b.Secret) {
		t.Errorf("the list holds a key: %s", text)
	}
	stored, err := l.Store.ListAPIKeys(t.Context())
	if err != nil || stored.Keys[0].Hash != store.APIKeyHash(apikey.Hash(a.Secret)) || stored.Keys[1].Hash != store.APIKeyHash(apikey.Hash(b.Secret)) {
		t.Errorf("%+v, %v", stored, err)
	}
	if got := ask[ops.KeysRevoked](l, "DELETE", "/api/v1/keys/acme", 200); got.Revoked != 2 {
		t.Errorf("%+v", got)
	}
}

func TestWrongKeys(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	ask[ops.KeyCreated](l, "POST", "/api/v1/keys", 200, `{"name": "acme", "all_flows": true}`)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/v1/keys", `{"name": "acme", "all_flows": true}`, 409, "There is a key with this name"},
		{"POST", "/api/v1/keys", `{"name": "a b", "all_flows": true}`, 400, "letters, digits, dots"},
		{"POST", "/api/v1/keys", `{"flows": []}`, 400, `no member "name"`},
		{"POST", "/api/v1/keys", `{"name": "b", "flows": []}`, 400, "The key opens no flow"},
		{"POST", "/api/v1/keys", `{"name": "b"}`, 400, "The key opens no flow"},
		{"POST", "/api/v1/keys", `{"name": "b", "flows": ["x"], "all_flows": true}`, 400, "leave out one of them"},
		{"POST", "/api/v1/keys", `{"name": "b", "flows": ["z"]}`, 400, `no flow "z"`},
		{"POST", "/api/v1/keys", `{"name": "b", "expires_in": "-1h"}`, 400, "from 1s to 3650d"},
		{"POST", "/api/v1/keys/acme/rotate?overlap=366d", "", 400, "from 0s to 365d"},
		{"POST", "/api/v1/keys/amce/rotate", "", 404, `did you mean "acme"`},
		{"DELETE", "/api/v1/keys/amce", "", 404, `did you mean "acme"`},
	} {
		got := ask[problem.Document](l, c.method, c.path, c.status, c.body)
		if !strings.Contains(got.Detail, c.want) {
			t.Errorf("%s %s %s: %s", c.method, c.path, c.body, got.Detail)
		}
	}
	if list := ask[ops.KeyList](l, "GET", "/api/v1/keys", 200); len(list.Keys) != 1 {
		t.Errorf("%+v", list)
	}
}
