package triggers

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/flow"
)

// secretsOf returns the names of the secret blocks that the attribute "secret" of a
// block reads.
func secretsOf(b *hclsyntax.Block) []string {
	attribute := b.Body.Attributes["secret"]
	if attribute == nil {
		return nil
	}
	var names []string
	for _, t := range attribute.Expr.Variables() {
		if t.RootName() != "secret" || len(t) < 2 {
			continue
		}
		if name, ok := t[1].(hcl.TraverseAttr); ok {
			names = append(names, name.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// signsTexts lists the challenges that sign texts of the request.
func (w *webhook) signsTexts() []flow.KeyUse {
	var out []flow.KeyUse
	for _, c := range w.challenges {
		if signer, ok := c.Challenge.(challenge.TextSigner); ok && len(c.secrets) > 0 {
			out = append(out, flow.KeyUse{Kind: c.kind, Algorithm: signer.SignsWith(), Secrets: c.secrets, Range: c.at})
		}
	}
	return out
}

// checksBodies lists the checks that accept the signature of a body alone. A check
// inside of auth "all" is not enough to let somebody in.
func (w *webhook) checksBodies() []flow.KeyUse {
	guarded := slices.ContainsFunc(w.challenges, func(c namedChallenge) bool {
		_, guards := c.Challenge.(challenge.ForgeryGuard)
		return guards
	})
	var out []flow.KeyUse
	for i, c := range w.checks {
		written := w.written[i]
		if algorithm := auth.BodySignature(c); algorithm != "" && len(written.secrets) > 0 {
			out = append(out, flow.KeyUse{Kind: written.kind, Algorithm: algorithm, Secrets: written.secrets, RefusesTexts: guarded, Range: written.place})
		}
	}
	return out
}
