package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// allOf accepts a request that each of its checks accepts.
type allOf struct {
	kinds  []Kind // of the checks inside
	checks []Check
}

func (a *allOf) Describe(s *schema.Spec) {
	s.Doc = "Asks for all of several checks, such as a signature and a user name. Between several `auth` blocks of a trigger one is enough."
	schema.Kinds(s, "auth", "One of the checks. There are at least two.", a.kinds, func(_ *hclsyntax.Block, c Check) { a.checks = append(a.checks, c) })
	s.Check(a.checkNumber)
	s.Example(schema.Example{
		Title: "A signature and a key in a header",
		HCL:   "auth \"github\" {\n  secret = secret.github\n}\nauth \"header\" {\n  name  = \"X-Api-Key\"\n  value = secret.api_key\n}",
	})
}

func (a *allOf) checkNumber(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(d.Block.Body.Blocks) > 1 {
		return nil
	}
	return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Too few checks", fmt.Sprintf(
		"auth \"all\" has %d auth block inside, and needs two or more. One check alone needs no auth \"all\".", len(d.Block.Body.Blocks)))}
}

// Verify returns the reason of the first check that refuses.
func (a *allOf) Verify(ctx context.Context, r *Request) error {
	_, err := a.verifyCaller(ctx, r)
	return err
}

// verifyCaller returns the name of the first check that has one, and the claims of the
// first check that has them.
func (a *allOf) verifyCaller(ctx context.Context, r *Request) (first Caller, err error) {
	if len(a.checks) == 0 {
		return Caller{}, errors.New("auth \"all\" has no checks")
	}
	for _, c := range a.checks {
		caller, err := verifyCaller(ctx, c, r)
		if err != nil {
			return Caller{}, err
		}
		first.Name = cmp.Or(first.Name, caller.Name)
		if first.Claims == nil {
			first.Claims = caller.Claims
		}
	}
	return first, nil
}

// verifyEarly returns the reason of a check that refuses the request without its
// body, so that the body is not read for such callers.
func (a *allOf) verifyEarly(ctx context.Context, r *Request) error {
	for _, c := range a.checks {
		if err := verifyEarly(ctx, c, r); err != nil {
			return err
		}
	}
	return nil
}

// imitate passes each of the checks.
func (a *allOf) imitate(r *Request) error {
	for _, c := range a.checks {
		if err := Imitate(c, r); err != nil {
			return err
		}
	}
	return nil
}

// NeedsBody reports whether one of the checks reads the body.
func (a *allOf) NeedsBody() bool {
	for _, c := range a.checks {
		if c.NeedsBody() {
			return true
		}
	}
	return false
}

// Challenge lists the challenges of all checks.
func (a *allOf) Challenge() string { return strings.Join(a.policy().Challenges(), ", ") }

// Headers lists those of all checks.
func (a *allOf) Headers() []string { return a.policy().Headers() }

// Query lists those of all checks.
func (a *allOf) Query() []string { return a.policy().Query() }

func (a *allOf) policy() Policy { return Policy{Checks: a.checks} }

func (a *allOf) userName() string {
	for _, c := range a.checks {
		if name := UserName(c); name != "" {
			return name
		}
	}
	return ""
}

// Open implements Opener.
func (a *allOf) Open(r *flow.Resources) error { return a.policy().Open(r) }

func (a *allOf) needsClientCertificate() bool {
	return slices.ContainsFunc(a.checks, NeedsClientCertificate)
}

func (a *allOf) handshakeSenders() []string {
	var senders []string
	for _, c := range a.checks {
		senders = append(senders, HandshakeSenders(c)...)
	}
	return senders
}

func (a *allOf) hasClaims() bool   { return slices.ContainsFunc(a.checks, HasClaims) }
func (a *allOf) signsURL() bool    { return slices.ContainsFunc(a.checks, SignsURL) }
func (a *allOf) readsKeys() bool   { return slices.ContainsFunc(a.checks, ReadsKeys) }
func (a *allOf) namesCaller() bool { return slices.ContainsFunc(a.checks, NamesCaller) }
