package challenge

import (
	"context"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// keptSecrets keeps a secret in memory, or fails.
type keptSecrets struct {
	secret string
	err    error
}

func (k *keptSecrets) Secret(context.Context, string) (string, error) { return k.secret, k.err }

func (k *keptSecrets) Keep(_ context.Context, sender, secret string) error {
	if k.err == nil {
		k.secret = sender + " " + secret
	}
	return k.err
}

// The secret is repeated only after it was kept, and no text for people holds it.
func TestAsanaSecret(t *testing.T) {
	t.Parallel()
	const secret = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"
	for name, c := range map[string]struct {
		kept   flow.Handshakes
		status int
	}{
		"kept":        {&keptSecrets{}, 200},
		"another":     {&keptSecrets{err: flow.ErrHandshakeDone}, 403},
		"unavailable": {&keptSecrets{err: flow.ErrHandshakesUnavailable}, 503},
		"no store":    {nil, 503},
	} {
		r := request("POST", "", "{}", "X-Hook-Secret", secret)
		r.Handshakes = c.kept
		got := newAsana().Answer(t.Context(), r)
		if got.Status != c.status || (got.Header.Get("X-Hook-Secret") == secret) != (c.status == 200) || (got.Refusal == nil) != (c.status == 200) {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(got.Note, secret) || got.Refusal != nil && strings.Contains(got.Refusal.Error(), secret) {
			t.Errorf("%s: a text for people holds the secret: %+v", name, got)
		}
		if k, ok := c.kept.(*keptSecrets); ok && c.status == 200 && k.secret != "asana "+secret {
			t.Errorf("%s: kept %q", name, k.secret)
		}
	}
}
