package expr

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
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
		plain := explainFinding(d)
		err.Summary, err.Detail = plain.Summary, plain.Detail
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

// explainFindings explains findings of HCL.
func explainFindings(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		out[i] = explainFinding(d)
	}
	return out
}

// nullInText is the summary of a null that is inserted into a text.
const nullInText = "Null in a text"

// explainFinding returns a finding of HCL with a plain text and a cure.
func explainFinding(d *hcl.Diagnostic) *hcl.Diagnostic {
	plain := *d
	_, kind, isWrongType := strings.Cut(strings.TrimSuffix(d.Detail, "."), "string required, but have ")
	switch {
	case d.Summary != "Invalid template interpolation value":
		plain.Detail += suggestFix(d)
		if isWrongType {
			plain.Detail += " " + diag.Capitalize(textCure(kind)) + "."
		}
	case isWrongType:
		plain.Summary = "Not a text"
		plain.Detail = fmt.Sprintf("This is %s, which can't stand inside a text: %s.", article(nameKind(kind)), textCure(kind))
	case strings.Contains(d.Detail, "null"):
		plain.Summary = nullInText
		plain.Detail = "This is null, which can't stand inside a text. Write coalesce(…, \"none\") with a text for this case."
	}
	return &plain
}

// nameKind returns the word of flows for a kind of value of HCL, such as "tuple" or
// "list of string", or of JSON.
func nameKind(kind string) string {
	for _, list := range []string{"tuple", "list", "set", "array"} {
		if strings.HasPrefix(kind, list) {
			return "list"
		}
	}
	return "object"
}

// textCure says how to write a value that is no text as one. kind is that of
// nameKind.
func textCure(kind string) string {
	if nameKind(kind) == "list" {
		return `write join(", ", …) for a list of texts, or jsonencode(…), or name one element`
	}
	return "write jsonencode(…), or name one member"
}

// redactFindings removes values of secrets from findings. Inside a for HCL
// loses the marks of the elements of a sensitive list and quotes them.
func (s *Scope) redactFindings(e hcl.Expression, diags hcl.Diagnostics) hcl.Diagnostics {
	diags = explainFindings(diags)
	if len(diags) == 0 || s.findSecret(namesIn(e)) == "" {
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
