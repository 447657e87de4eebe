package expr

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// minDerivedLength is the length in bytes of the shortest text computed from a
// secret that is reported. Shorter ones, such as parts of a secret, occur in other
// texts.
const minDerivedLength = 8

// WithDerived returns a scope that passes to collect each text that a function of
// an expression computes from secrets when the expression is compiled, such as the
// token in jsondecode(secret.login).token. No search for the secret finds it. It
// is called from several goroutines.
func (s *Scope) WithDerived(collect func(text string)) *Scope {
	return s.withBase(func(b *scopeBase) { b.derived = collect })
}

// collectDerived passes the texts to the collector. It leaves out the arguments of
// nonsensitive, which may be shown.
func (s *Scope) collectDerived(o outline, jq jqPrograms) {
	if s.derived == nil || len(o.calls) == 0 || s.findSecret(o.names) == "" {
		return
	}
	lifted := liftedRanges(o)
	for _, call := range o.calls {
		if s.isDerivation(call, lifted) {
			s.collectResult(call, jq)
		}
	}
}

// isDerivation reports whether a call reads a secret that is not lifted, and nothing
// of a run.
func (s *Scope) isDerivation(call *hclsyntax.FunctionCallExpr, lifted []hcl.Range) bool {
	names := namesIn(call)
	for _, t := range names {
		if _, known := s.consts[t.RootName()]; !known {
			return false
		}
	}
	return s.findSecret(withoutLifted(names, lifted)) != ""
}

// collectResult evaluates a call. Of a list or object it takes the texts, unless
// the call gets a list or object that is written in the file: merge and concat
// return members of it that are no secrets.
func (s *Scope) collectResult(call *hclsyntax.FunctionCallExpr, jq jqPrograms) {
	v, diags := s.evaluateAtLoad(call, s.loadContext(jq))
	v, _ = v.UnmarkDeep()
	if diags.HasErrors() || !v.IsWhollyKnown() {
		return
	}
	if !v.Type().IsPrimitiveType() && hasWrittenArgument(call) {
		return
	}
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.Type() == cty.String && !part.IsNull() {
			if text := ctytext.String(part); len(text) >= minDerivedLength {
				s.derived(text)
			}
		}
		return true, nil
	})
}

// loadContext returns the context in which expressions that read nothing of the run
// are evaluated.
func (s *Scope) loadContext(jq jqPrograms) *hcl.EvalContext {
	if len(jq) == 0 {
		return s.static
	}
	steps := maxLoadJQSteps
	ec := s.static.NewChild()
	ec.Functions = jq.bindFunction(context.Background(), nil, newIntake(nil, nil), &steps)
	return ec
}

func hasWrittenArgument(call *hclsyntax.FunctionCallExpr) bool {
	for _, arg := range call.Args {
		switch arg.(type) {
		case *hclsyntax.ObjectConsExpr, *hclsyntax.TupleConsExpr:
			return true
		}
	}
	return false
}
