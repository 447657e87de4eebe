package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// outline is what the syntax of a flow says on its own. It is collected when the file
// is parsed, so that a load of many flows needs no syntax before it compiles them.
type outline struct {
	part    *part
	names   []string // of the globals that the flow may read
	reads   bool     // it calls a function that reads files or the environment
	calls   bool     // an action may call a flow
	links   []linkCall
	headers hcl.Diagnostics // findings of the names of header fields
}

func outlineOf(b *flowBlock) *outline {
	o := &outline{part: newPart(b.file, b.at)}
	o.headers = hclsyntax.VisitAll(b.syntax, func(n hclsyntax.Node) hcl.Diagnostics {
		o.part.visit(b.file, n)
		o.visit(n)
		return checkHeaderNames(n)
	})
	o.names = namesIn(o.part.reads, b.text())
	return o
}

func (o *outline) visit(n hclsyntax.Node) {
	switch n := n.(type) {
	case *hclsyntax.FunctionCallExpr:
		o.reads = o.reads || funcs.ReadsAtLoad(n.Name)
		if link, ok := linkCallOf(n); ok {
			o.links = append(o.links, link)
		}
	case *hclsyntax.Block:
		o.calls = o.calls || callAttribute(n) != nil
	}
}
