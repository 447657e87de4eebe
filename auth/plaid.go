package auth

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// plaid checks the token with which Plaid signs the hash of a body. The gateway asks
// Plaid for the key that a token names.
type plaid struct {
	jwtCheck
	clientID, secret, environment string
}

// plaidMaxAge is the age of a token that Plaid recommends.
const plaidMaxAge = 5 * time.Minute

const (
	plaidProduction = "production"
	plaidSandbox    = "sandbox"
)

func newPlaid() Check { return &plaid{} }

func (p *plaid) Describe(s *schema.Spec) {
	p.setDefaults()
	p.environment = plaidProduction
	p.algorithms, p.place.header, p.keys = []string{"ES256"}, "Plaid-Verification", unopenedKeys{}
	p.rules.needsExpiry, p.rules.bodyHash = false, "request_body_sha256"
	p.rules.maxAge = plaidMaxAge - p.rules.leeway // the leeway is added to it
	s.Doc = "Checks the token of [Plaid's webhooks](https://plaid.com/docs/api/webhooks/webhook-verification/) in `Plaid-Verification`, which signs the hash of the body and is at most 5 minutes old. " +
		"The gateway asks Plaid for the key that the token names, with the keys of your account and through `egress`, and keeps it; while it can't be fetched, Plaid gets 503 and sends the webhook again. A key that Plaid has ended is refused at most an hour later."
	schema.Attr(s, &p.clientID, "client_id", "The *client_id* under *Developers*, *Keys* in the Plaid Dashboard.", schema.Required())
	schema.Attr(s, &p.secret, "secret", "The secret of the environment, on the same page.", schema.Required(), schema.Credential())
	schema.Attr(s, &p.environment, "environment", "The environment whose webhooks are accepted. It chooses the host that is asked: `production.plaid.com` or `sandbox.plaid.com`.", schema.OneOf(plaidProduction, plaidSandbox))
	s.Check(p.check)
	s.Example(schema.Example{Title: "Webhooks of the production environment", HCL: "client_id = \"5d1f9a2b3c4d5e6f7a8b9c0d\"\nsecret    = secret.plaid"})
	s.Example(schema.Example{Title: "Webhooks of the sandbox", HCL: "client_id   = \"5d1f9a2b3c4d5e6f7a8b9c0d\"\nsecret      = secret.plaid_sandbox\nenvironment = \"sandbox\""})
}

func (p *plaid) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if p.clientID == "" {
		diags = append(diags, d.Problem("client_id", "Empty value", "It is empty, so Plaid would return no key."))
	}
	diags = append(diags, checkSecrets(d, "secret", []string{p.secret}, acceptAnyText)...)
	if !diags.HasErrors() {
		p.parser = jwt.NewParser(jwt.WithValidMethods(p.algorithms), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	}
	return diags
}

// Open implements Opener. All checks of an account share its keys, also after a
// reload.
func (p *plaid) Open(r *flow.Resources) error {
	host := map[string]string{plaidProduction: "production.plaid.com", plaidSandbox: "sandbox.plaid.com"}[p.environment]
	account := fmt.Sprintf("%s %q %x", host, p.clientID, sha256.Sum256([]byte(p.secret)))
	keys, err := flow.Resource(r, fetchKey("plaid "+account, r.Settings), func() (*plaidKeys, func(), error) {
		client, err := newFetchClient(r.Settings, keySetTimeout)
		if err != nil {
			return nil, nil, err
		}
		k := &plaidKeys{clock: r.Settings.Clock, fetch: plaidFetch(client, "https://"+host+plaidKeyPath, p.clientID, p.secret)}
		return k, client.CloseIdle, nil
	})
	if err != nil {
		return err
	}
	p.keys = keys
	return nil
}
