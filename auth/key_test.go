package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/apikey"
)

var errOtherKey = errors.New("unknown key")

// withKeys returns a request that one key lets in, as "acme".
func withKeys(r *Request, key string) *Request {
	r.FindKey = func(_ context.Context, hash [sha256.Size]byte) (string, error) {
		if hash != apikey.Hash(key) {
			return "", errOtherKey
		}
		return "acme", nil
	}
	return r
}

func TestKey(t *testing.T) {
	t.Parallel()
	key, other := apikey.New(), apikey.New()
	inQuery := func(name string, values ...string) *Request {
		r := withHeader()
		r.Query[name] = values
		return r
	}
	for _, c := range []struct {
		name, body string
		request    *Request
		want       string // part of the reason; "" if the caller is let in
	}{
		{"bearer", "", withHeader("Authorization", "Bearer "+key), ""},
		{"scheme in another case", "", withHeader("Authorization", "bearer "+key), ""},
		{"no header", "", withHeader(), "no Authorization header"},
		{"another scheme", "", withHeader("Authorization", "Basic "+key), "not of the scheme Bearer"},
		{"key without scheme", "", withHeader("Authorization", key), "not of the scheme Bearer"},
		{"two headers", "", withHeader("Authorization", "Bearer "+key, "Authorization", "Bearer "+key), "more than one"},
		{"no key of ours", "", withHeader("Authorization", "Bearer token-17"), "no key of the gateway"},
		{"mistyped", "", withHeader("Authorization", "Bearer "+key[:len(key)-1]), "mistyped"},
		{"unknown", "", withHeader("Authorization", "Bearer "+other), "unknown key"},
		{"header", `header = "x-api-key"`, withHeader("X-Api-Key", key), ""},
		{"header with Bearer", `header = "x-api-key"`, withHeader("X-Api-Key", "Bearer "+key), "no key of the gateway"},
		{"the other header", `header = "x-api-key"`, withHeader("Authorization", "Bearer "+key), "no X-Api-Key header"},
		{"authorization by name", `header = "authorization"`, withHeader("Authorization", "Bearer "+key), ""},
		{"query", `query = "key"`, inQuery("key", key), ""},
		{"query twice", `query = "key"`, inQuery("key", key, key), "more than one"},
		{"no query", `query = "key"`, inQuery("Key", key), "no query parameter"},
		{"header instead of query", `query = "key"`, withHeader("Authorization", "Bearer "+key), "no query parameter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check, r := mustDecode(t, "key", c.body), withKeys(c.request, key)
			got, err := Policy{Checks: []Check{check}}.Verify(t.Context(), r)
			if c.want == "" && (err != nil || got.Name != "acme") {
				t.Errorf("%v, caller %q", err, got.Name)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), key)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestKeyWithoutStore(t *testing.T) {
	t.Parallel()
	failing := withHeader("Authorization", "Bearer "+apikey.New())
	failing.FindKey = func(context.Context, [sha256.Size]byte) (string, error) { return "", flow.ErrKeysUnavailable }
	for _, r := range []*Request{failing, withHeader("Authorization", "Bearer "+apikey.New())} {
		err := mustDecode(t, "key", "").Verify(t.Context(), r)
		var u *Unavailable
		if !errors.As(err, &u) || u.RetryAfter <= 0 {
			t.Errorf("got %v", err)
		}
	}
}

func TestKeyDeclares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, headers, query, challenge string }{
		{"", "Authorization", "", "Bearer"},
		{`header = "x-api-key"`, "X-Api-Key", "", "ApiKey"},
		{`query = "key"`, "", "key", "ApiKey"},
	} {
		check := mustDecode(t, "key", c.body)
		headers, query := strings.Join(check.Headers(), " "), strings.Join(check.Query(), " ")
		if headers != c.headers || query != c.query || !strings.HasPrefix(check.Challenge(), c.challenge) || check.NeedsBody() || !ReadsKeys(check) || !NamesCaller(check) {
			t.Errorf("%s: headers %q, query %q, challenge %q", c.body, headers, query, check.Challenge())
		}
	}
	both := mustDecode(t, "all", "auth \"key\" {}\nauth \"github\" {\n secret = secret.key\n}")
	if !ReadsKeys(both) || !NamesCaller(both) || ReadsKeys(mustDecode(t, "bearer", "token = \"token-17\"")) {
		t.Error("all does not read the keys of its checks")
	}
}

// A check that refuses in the end leaves no name to the one that accepts.
func TestCallerIsOfTheAcceptingCheck(t *testing.T) {
	t.Parallel()
	key := apikey.New()
	r := withKeys(withHeader("Authorization", "Bearer "+key, "X-Key", testKey), key)
	p := Policy{Checks: []Check{
		mustDecode(t, "all", "auth \"key\" {}\nauth \"query\" {\n name = \"key\"\n value = secret.key\n}"),
		mustDecode(t, "header", "name = \"x-key\"\nvalue = secret.key"),
	}}
	accepting, err := p.Verify(t.Context(), r)
	if err != nil || accepting.Check != p.Checks[1] || accepting.Name != "" {
		t.Errorf("%v, caller %q", err, accepting.Name)
	}
}

func TestKeyFindings(t *testing.T) {
	t.Parallel()
	checkFindings(t, "key", []finding{
		{"two places", "header = \"x-key\"\nquery = \"key\"", hcl.DiagError, "Two places for the key", "Remove one", "3:9-3:14"},
		{"no parameter", "query = \"\"", hcl.DiagError, "Not a parameter", "is empty", "2:9-2:11"},
		{"no field", "header = \"x key\"", hcl.DiagError, "Not a header field", "letters, digits and hyphens", "2:10-2:17"},
	})
}
