package triggers

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// caller is who signed in, which a flow reads as webhook.auth. It is stored with
// the request, so it holds no credential and no secret.
type caller struct {
	Kind string `json:"kind"`           // of the check that accepted the request; "" without checks
	Name string `json:"name,omitempty"` // "" if the kind has none
	// Claims are those of the token; nil if the kind has none.
	Claims claims `json:"claims,omitempty"`
}

// claims are the claims of a token. Their numbers are exact.
type claims map[string]any

// UnmarshalJSON reads stored claims.
func (c *claims) UnmarshalJSON(src []byte) error {
	decoded, err := value.Decode(src, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return err
	}
	*c, _ = decoded.(map[string]any)
	return nil
}

// callerOf returns the caller that a check accepted; the zero one if there are no
// checks.
func (w *webhook) callerOf(by auth.Accepted) caller {
	if by.Check == nil {
		return caller{}
	}
	return caller{Kind: w.writtenAs(by.Check).kind, Name: by.Name, Claims: by.Claims}
}

// value returns the members of webhook.auth.
func (c caller) value() map[string]any {
	out := map[string]any{"kind": textOrNull(c.Kind), "name": textOrNull(c.Name), "claims": nil}
	if c.Claims != nil {
		out["claims"] = map[string]any(c.Claims)
	}
	return out
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// writtenCheck is an auth block.
type writtenCheck struct {
	kind    string
	signers []string  // its kind, and those of the checks inside of it
	secrets []string  // the names of those that it reads
	place   hcl.Range // of its head
}

// writtenAs returns the block of a check, an empty one for a check that is not of the
// trigger.
func (w *webhook) writtenAs(c auth.Check) writtenCheck {
	if i := slices.Index(w.checks, c); i >= 0 {
		return w.written[i]
	}
	return writtenCheck{}
}

func (w *webhook) addCheck(b *hclsyntax.Block, c auth.Check) {
	w.checks = append(w.checks, c)
	w.written = append(w.written, writtenCheck{b.Labels[0], kindsInside(b), secretsOf(b), b.DefRange()})
	if auth.NeedsClientCertificate(c) {
		w.clientCertificates = append(w.clientCertificates, b.DefRange())
	}
	if auth.SignsURL(c) {
		w.signedURL = append(w.signedURL, b.DefRange())
	}
}

// authKinds returns the kinds of the checks, each once.
func (w *webhook) authKinds() []string {
	var kinds []string
	for _, c := range w.written {
		if !slices.Contains(kinds, c.kind) {
			kinds = append(kinds, c.kind)
		}
	}
	return kinds
}

// callerType returns the type of webhook.auth. Its optional members may be null.
func callerType(checks []auth.Check) cty.Type {
	var nullable []string
	if len(checks) == 0 {
		nullable = append(nullable, "kind")
	}
	if len(checks) == 0 || !allOf(checks, auth.HasClaims) {
		nullable = append(nullable, "claims")
	}
	if len(checks) == 0 || !allOf(checks, auth.NamesCaller) {
		nullable = append(nullable, "name")
	}
	members := map[string]cty.Type{"kind": cty.String, "name": cty.String, "claims": cty.DynamicPseudoType}
	return cty.ObjectWithOptionalAttrs(members, nullable)
}

func allOf[T any](list []T, holds func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !holds(v) })
}

// RefineScope says which values the variables have, and why members of webhook.auth
// may be null.
func (w *webhook) RefineScope(s *expr.Scope) *expr.Scope {
	const name = webhookRoot + ".auth"
	return input.DeclareEnums(s, webhookRoot, w.variables).
		WithNullReason(name+".kind", name+".kind is null, because the trigger has no auth block.", "Add an auth block to the trigger.").
		WithNullReason(name+".name", name+".name is null unless a check with names accepted the request: auth \"key\", \"mtls\", \"jwt\" with a subject in the token, or \"basic\" with a user name that does not come from a secret.", `Write coalesce(`+name+`.name, "unknown").`).
		WithNullReason(name+".claims", name+".claims is null unless a check with claims, such as auth \"jwt\", accepted the request.", "Write coalesce("+name+".claims, {}).")
}
