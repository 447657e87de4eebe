package input

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// RequestRoot is the name under which a flow reads a request.
const RequestRoot = "webhook"

// Source is where in a request the value of a variable stands.
type Source struct {
	Part  string
	Steps []Step
}

// FromBody is where a variable stands that says nothing else.
func FromBody(name string) Source {
	return Source{Part: PartBody, Steps: []Step{{Name: name}}}
}

const wrongSource = "Write a plain place in the request, such as webhook.body.customer.email, webhook.headers[\"X-Request-Id\"], webhook.query.page or webhook.path.region. To compute a value use an action."

// decodeSource reads the attribute "from". The names known in the scope are
// the parts of the request.
func decodeSource(c *schema.Context, a *hclsyntax.Attribute, dst *Source) hcl.Diagnostics {
	fail := func(detail string) hcl.Diagnostics {
		return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Wrong source", detail)}
	}
	t, notPlain := hcl.AbsTraversalForExpr(a.Expr)
	if diags := c.Scope.CheckNames(a.Expr); diags.HasErrors() {
		return diags
	}
	if notPlain.HasErrors() || t.RootName() != RequestRoot {
		return fail(wrongSource)
	}
	steps, ok := plainSteps(t[1:])
	if !ok || len(steps) == 0 || steps[0].IsIndex {
		return fail(wrongSource)
	}
	part, below := steps[0].Name, steps[1:]
	switch {
	case part == "body":
		*dst = Source{PartBody, below}
	case part == "query" && len(below) > 0 && !below[0].IsIndex:
		*dst = Source{PartQuery, below}
	case part == "headers" && isOneName(below) && !isToken(below[0].Name):
		return fail(fmt.Sprintf("No header can be called %q.", below[0].Name))
	case part == "headers" && isOneName(below):
		*dst = Source{PartHeader, below}
	case part == "path" && isOneName(below):
		*dst = Source{PartPath, below}
	default:
		return fail(fmt.Sprintf("webhook.%s holds more than one value. ", part) + wrongSource)
	}
	return nil
}

func isOneName(steps []Step) bool { return len(steps) == 1 && !steps[0].IsIndex }

// isToken tells whether a name can be that of a header field (RFC 9110, section
// 5.6.2).
func isToken(name string) bool {
	return name != "" && consistsOf(name, func(c byte) bool {
		return isLetter(c) || isDigit(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
	})
}

// plainSteps reads the steps of a traversal that are written out.
func plainSteps(t hcl.Traversal) ([]Step, bool) {
	steps := make([]Step, 0, len(t))
	for _, tr := range t {
		switch tr := tr.(type) {
		case hcl.TraverseAttr:
			steps = append(steps, Step{Name: tr.Name})
		case hcl.TraverseIndex:
			s, ok := indexStep(tr.Key)
			if !ok {
				return nil, false
			}
			steps = append(steps, s)
		default:
			return nil, false
		}
	}
	return steps, true
}

func indexStep(key cty.Value) (Step, bool) {
	switch key.Type() {
	case cty.String:
		return Step{Name: key.AsString()}, true
	case cty.Number:
		i, _ := key.AsBigFloat().Int64()
		return Step{Index: int(i), IsIndex: true}, i >= 0 && key.RawEquals(cty.NumberIntVal(i))
	}
	return Step{}, false
}
