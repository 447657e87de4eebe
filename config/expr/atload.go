package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// checkAtLoad refuses calls of functions that read files or the environment
// where an argument depends on the run, directly or through the variable of a
// for: whoever sends a request would choose what is read.
func (s *Scope) checkAtLoad(e hcl.Expression) hcl.Diagnostics {
	n, ok := e.(hclsyntax.Node)
	if !ok {
		return nil
	}
	return hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok || !funcs.ReadsAtLoad(call.Name) {
			return nil
		}
		constant := len(s.refs(e)) == 0
		for _, arg := range call.Args {
			for _, t := range arg.Variables() {
				if _, fixed := s.consts[t.RootName()]; !fixed && !constant {
					return hcl.Diagnostics{problem(arg.Range(), "Value not fixed", fmt.Sprintf(
						"%s reads when the file is loaded, so its argument can't depend on %s. What depends on local, secret or nothing at all can be read.", call.Name, t.RootName()))}
				}
			}
		}
		return nil
	})
}
