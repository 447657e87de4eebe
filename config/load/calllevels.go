package load

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// callLevels groups flows by their index so that each flow comes in a later group
// than the flows that it calls. Where flows call one another in a circle, the one
// that comes first in the files is the last of them. byName has the first flow of each
// name, and called the names of the flows that each flow calls.
func callLevels(byName map[string]int, called [][]string) [][]int {
	l := &leveler{byName: byName, called: called, depths: make([]int, len(called))}
	var out [][]int
	for i := range called {
		d := l.depth(i)
		for len(out) < d {
			out = append(out, nil)
		}
		out[d-1] = append(out[d-1], i)
	}
	return out
}

// leveler finds the depths of flows: 1 for one that calls no other.
type leveler struct {
	byName map[string]int
	called [][]string
	depths []int // 0 if it is not known yet
}

// visiting is the depth of a flow whose calls are being followed.
const visiting = -1

func (l *leveler) depth(i int) int {
	if d := l.depths[i]; d != 0 {
		return d
	}
	l.depths[i] = visiting
	d := 1
	for _, name := range l.called[i] {
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
