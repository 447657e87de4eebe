package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const redactedDetail = "Details are hidden, as the expression reads a secret."

// Error says why an expression has no value in a run. Its text holds nothing
// of what a sensitive expression read.
type Error struct {
	Range           hcl.Range
	Summary, Detail string
}

// Error gives the finding without its place.
func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Summary
	}
	return e.Summary + ": " + e.Detail
}

func (e *Expr) newError(diags hcl.Diagnostics) *Error {
	err := &Error{Range: e.rng}
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		err.Summary, err.Detail = d.Summary, d.Detail+cure(d)
		if d.Subject != nil {
			err.Range = *d.Subject
		}
		break
	}
	if e.sensitive {
		err.Detail = redactedDetail
	}
	return err
}

// cure says what to write instead of an attribute that is not there, which HCL
// leaves open.
func cure(d *hcl.Diagnostic) string {
	switch {
	case d.Summary != "Unsupported attribute":
		return ""
	case strings.Contains(d.Detail, "does not have any attributes"):
		return " Of a list take one element, as in items[0].sku, or a member of all, as in items[*].sku; length(items) is how many there are."
	}
	return " Where it may be missing write try(…, null), with what holds then in place of null."
}

// cured gives findings of HCL their cure.
func addFixes(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		more := *d
		more.Detail += cure(d)
		out[i] = &more
	}
	return out
}

// discreet takes out of findings what they could tell of secrets. Inside of a
// for HCL knows the elements of a sensitive list as plain values, and quotes
// them.
func (s *Scope) redactFindings(e hcl.Expression, diags hcl.Diagnostics) hcl.Diagnostics {
	diags = addFixes(diags)
	if len(diags) == 0 || !s.readsSensitive(e.Variables()) {
		return diags
	}
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		safe := *d
		safe.Expression, safe.EvalContext = nil, nil
		if containsFor(e) {
			safe.Detail = redactedDetail
		}
		out[i] = &safe
	}
	return out
}

func containsFor(e hcl.Expression) bool {
	return containsNode(e, func(n hclsyntax.Node) bool {
		_, isFor := n.(*hclsyntax.ForExpr)
		return isFor
	})
}

func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
