package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const redactedDetail = "Details are hidden because the expression reads a secret or a sensitive value."

// Error says why an expression has no value in a run. Its text never contains
// a value that a sensitive expression read.
type Error struct {
	Range           hcl.Range
	Summary, Detail string
	NoMemory        bool // the memory budget is used up now
}

// Error returns the finding without its place.
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
		err.Summary, err.Detail = d.Summary, d.Detail+suggestFix(d)
		_, err.NoMemory = d.Extra.(noMemory)
		if d.Subject != nil {
			err.Range = *d.Subject
		}
		break
	}
	if e.Sensitive() {
		err.Detail = redactedDetail
	}
	return err
}

// suggestFix says how to handle a missing attribute, which HCL does not.
func suggestFix(d *hcl.Diagnostic) string {
	switch {
	case d.Summary != "Unsupported attribute":
		return ""
	case strings.Contains(d.Detail, "does not have any attributes"):
		return " This is a list: read one element with items[0].sku, the member of all elements with items[*].sku, or the number of elements with length(items)."
	}
	return " If it may be missing, write try(…, null), or a default in place of null."
}

// addFixes adds a suggestion to findings of HCL.
func addFixes(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		more := *d
		more.Detail += suggestFix(d)
		out[i] = &more
	}
	return out
}

// redactFindings removes values of secrets from findings. Inside a for HCL
// loses the marks of the elements of a sensitive list and quotes them.
func (s *Scope) redactFindings(e hcl.Expression, diags hcl.Diagnostics) hcl.Diagnostics {
	diags = addFixes(diags)
	if len(diags) == 0 || s.findSecret(e.Variables()) == "" {
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
