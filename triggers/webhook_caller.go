package triggers

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// caller is who signed in, which a flow reads as webhook.auth. It is stored with
// the request, so it holds no credential and no secret.
type caller struct {
	Kind string `json:"kind"`           // of the check that accepted the request; "" without checks
	Name string `json:"name,omitempty"` // "" if the kind has none
}

// callerOf returns the caller that a check accepted; nil if there are no checks.
func (w *webhook) callerOf(accepting auth.Check) caller {
	if accepting == nil {
		return caller{}
	}
	return caller{Kind: w.checkKinds[accepting], Name: auth.UserName(accepting)}
}

// value returns the members of webhook.auth.
func (c caller) value() map[string]any {
	return map[string]any{"kind": textOrNull(c.Kind), "name": textOrNull(c.Name), "claims": nil}
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (w *webhook) addCheck(b *hclsyntax.Block, c auth.Check) {
	w.checks = append(w.checks, c)
	w.checkKinds[c] = b.Labels[0]
	if auth.SignsURL(c) {
		w.signedURL = append(w.signedURL, b.DefRange())
	}
}

// callerType returns the type of webhook.auth. Its optional members may be null.
func (w *webhook) callerType() cty.Type {
	nullable := []string{"claims"}
	if len(w.checks) == 0 {
		nullable = append(nullable, "kind")
	}
	hasName := func(c auth.Check) bool { return auth.UserName(c) != "" }
	if len(w.checks) == 0 || !allOf(w.checks, hasName) {
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
		WithNullReason(name+".name", name+".name is null unless auth \"basic\" accepted the request, with a user name that does not come from a secret.", `Write coalesce(`+name+`.name, "unknown").`).
		WithNullReason(name+".claims", name+".claims is null: no kind of auth has claims.", "Read "+name+".kind or .name.")
}
