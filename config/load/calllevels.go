package load

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// callLevels groups flows by their index so that each flow comes in a later group
// than the flows that it calls. Where flows call one another in a circle, the one
// that comes first in the files is the last of them.
func callLevels(blocks []locatedBlock, scopes []*expr.Scope) [][]int {
	l := &leveler{blocks: blocks, scopes: scopes, byName: map[string]int{}, depths: map[int]int{}}
	for i := len(blocks) - 1; i >= 0; i-- {
		if labels := blocks[i].Labels; len(labels) > 0 {
			l.byName[labels[0]] = i
		}
	}
	var out [][]int
	for i := range blocks {
		d := l.depth(i)
		for len(out) <= d {
			out = append(out, nil)
		}
		out[d] = append(out[d], i)
	}
	return out
}

// leveler finds the depths of flows: 0 for one that calls no other.
type leveler struct {
	blocks []locatedBlock
	scopes []*expr.Scope
	byName map[string]int
	depths map[int]int
}

// visiting is the depth of a flow whose calls are being followed.
const visiting = -1

func (l *leveler) depth(i int) int {
	if d, known := l.depths[i]; known {
		return d
	}
	l.depths[i] = visiting
	d := 0
	for _, name := range calledNames(l.blocks[i].Body, l.scopes[i]) {
		if callee, ok := l.byName[name]; ok {
			d = max(d, l.depth(callee)+1)
		}
	}
	l.depths[i] = d
	return d
}

// calledNames lists the flows that the actions of a block call.
func calledNames(body *hclsyntax.Body, scope *expr.Scope) []string {
	var out []string
	for _, b := range body.Blocks {
		out = append(out, calledNames(b.Body, scope)...)
		attr := b.Body.Attributes["flow"]
		if b.Type != "action" || attr == nil {
			continue
		}
		v, diags := attr.Expr.Value(scope.EvalContext())
		v, _ = v.Unmark()
		if !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			out = append(out, ctytext.String(v))
		}
	}
	return out
}
