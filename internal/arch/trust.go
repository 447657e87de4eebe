package arch

import (
	"go/ast"
	"strings"
)

// checkTrust returns a line for each use of flow.TrustSample, which lets a request
// pass its auth, outside of the package that runs the tests of flows.
func checkTrust(s source) []string {
	var faults []string
	if s.path == "flowtest" {
		return nil
	}
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			inFlow := false
			if id, isName := n.(*ast.Ident); isName && s.path == "flow" && s.uses[id] != nil {
				inFlow = id.Name == "TrustSample"
			}
			if inFlow || ok && sel.Sel.Name == "TrustSample" && strings.HasSuffix(s.imported(sel.X), "/flow") {
				faults = append(faults, s.fault(n.Pos(), "lets a request pass its auth; only flowtest may"))
			}
			return true
		})
	}
	return faults
}
