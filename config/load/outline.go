package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// outline is what the syntax of a flow says on its own.
type outline struct {
	part    *part
	names   []string // of the globals that the flow may read
	reads   bool     // it calls a function that reads files or the environment
	links   []linkCall
	headers hcl.Diagnostics // findings of the names of header fields
}

func outlineOf(b *flowBlock) *outline {
	o := &outline{part: &part{digest: b.digest}}
	o.headers = hclsyntax.VisitAll(b.syntax, func(n hclsyntax.Node) hcl.Diagnostics {
		o.part.visit(b.file, n)
		o.visit(n)
		return checkHeaderNames(n)
	})
	o.names = namesIn(o.part.reads, b.text())
	return o
}

func (o *outline) visit(n hclsyntax.Node) {
	call, ok := n.(*hclsyntax.FunctionCallExpr)
	if !ok {
		return
	}
	o.reads = o.reads || funcs.ReadsAtLoad(call.Name)
	if link, ok := linkCallOf(call); ok {
		o.links = append(o.links, link)
	}
}
