package expr

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

var braces = regexp.MustCompile(`\{\{\s*\$?\.?([A-Za-z_][\w.\-\[\]*]*)\s*\}\}`)

// checkBraces warns of {{name}}, which other tools replace and this language
// leaves as it is.
func checkBraces(n hclsyntax.Node) hcl.Diagnostics {
	lit, ok := n.(*hclsyntax.LiteralValueExpr)
	if !ok || lit.Val.Type() != cty.String || lit.Val.IsNull() {
		return nil
	}
	m := braces.FindStringSubmatch(lit.Val.AsString())
	if m == nil {
		return nil
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagWarning,
		Summary:  "Not a reference",
		Detail:   fmt.Sprintf("%s stays as it stands: it is plain text here. To insert the value write ${%s}.", m[0], m[1]),
		Subject:  lit.SrcRange.Ptr(),
	}}
}
