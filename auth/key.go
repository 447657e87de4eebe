package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/apikey"
)

// keptKey checks a key that the gateway keeps in its store.
type keptKey struct {
	header string // canonical
	query  string // instead of header
}

const authorization = "Authorization"

// keysRetryAfter is when a caller may try again whose key can't be checked now.
const keysRetryAfter = 5 * time.Second

func (k *keptKey) Describe(s *schema.Spec) {
	k.header = authorization
	s.Doc = "Asks for a key that the gateway keeps: `gateway keys create NAME` makes one and prints it once, `gateway keys revoke NAME` ends it on all gateways within a second, and no file changes. The store holds only hashes of the keys. A key opens the flows with this check that it names, or all of them if it was made with `--all-flows`; a flow with `renamed_from` opens with the keys of its old name. Each wrong key gets the same answer; the log says whether it is unknown, has expired or opens another flow. `webhook.auth.name` is the name of the key. See [Keys](../guide/keys.md)."
	schema.Attr(s, &k.header, "header", "The name of the header field that holds the key, in any case. The value of `Authorization` is `Bearer KEY`; that of another field is the key alone.")
	schema.Attr(s, &k.query, "query", "The name of the query parameter that holds the key, in place of a header field. Proxies log URLs: use it only for callers that can't send a header.")
	s.Check(k.check)
	s.Example(schema.Example{Title: "A key in the field Authorization", HCL: "# The caller sends Authorization: Bearer gwk_…"})
	s.Example(schema.Example{Title: "A key in a field of its own", HCL: "header = \"X-Api-Key\""})
	s.Example(schema.Example{Title: "A key in the URL", HCL: "query = \"key\""})
}

func (k *keptKey) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	switch {
	case d.Has("query") && d.Has("header"):
		return hcl.Diagnostics{d.Problem("query", "Two places for the key", "The key stands in a header field or in a query parameter. Remove one of them.")}
	case d.Has("query") && k.query == "":
		return hcl.Diagnostics{d.Problem("query", "Not a parameter", "The name of the parameter is empty.")}
	case d.Has("query"):
		k.header = ""
		return nil
	}
	k.header = http.CanonicalHeaderKey(k.header)
	return checkHeaderName(d, "header", k.header)
}

// Verify finds the key in memory; it asks the store only if that is too long ago.
func (k *keptKey) Verify(ctx context.Context, r *Request) error {
	_, err := k.verifyCaller(ctx, r)
	return err
}

// verifyCaller returns the name of the key.
func (k *keptKey) verifyCaller(ctx context.Context, r *Request) (Caller, error) {
	text, err := k.credentials(r)
	if err != nil {
		return Caller{}, err
	}
	if err := apikey.Check(text); err != nil {
		return Caller{}, err
	}
	if r.FindKey == nil {
		return Caller{}, &Unavailable{Err: flow.ErrKeysUnavailable, RetryAfter: keysRetryAfter}
	}
	name, err := r.FindKey(ctx, apikey.Hash(text))
	if errors.Is(err, flow.ErrKeysUnavailable) {
		err = &Unavailable{Err: err, RetryAfter: keysRetryAfter}
	}
	return Caller{Name: name}, err
}

func (k *keptKey) credentials(r *Request) (string, error) {
	switch k.header {
	case authorization:
		return schemeCredentials(r.Header, "Bearer")
	case "":
		return singleParameter(r.Query, k.query)
	}
	return singleHeader(r.Header, k.header)
}

func (k *keptKey) namesCaller() bool { return true }
func (k *keptKey) readsKeys() bool   { return true }
func (k *keptKey) NeedsBody() bool   { return false }

func (k *keptKey) Challenge() string {
	if k.header == authorization {
		return formatChallenge("Bearer", defaultRealm)
	}
	return formatChallenge("ApiKey", defaultRealm)
}

func (k *keptKey) Headers() []string {
	if k.header == "" {
		return nil
	}
	return []string{k.header}
}

func (k *keptKey) Query() []string {
	if k.query == "" {
		return nil
	}
	return []string{k.query}
}

// singleParameter returns the value of a query parameter that must occur exactly
// once.
func singleParameter(query map[string][]string, name string) (string, error) {
	switch given := query[name]; len(given) {
	case 1:
		return given[0], nil
	case 0:
		return "", fmt.Errorf("no query parameter %q", name)
	}
	return "", fmt.Errorf("more than one query parameter %q", name)
}
