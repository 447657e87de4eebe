package expr

import (
	"context"

	"github.com/hashicorp/hcl/v2"
)

// memberNode is a member of a list or an object.
type memberNode struct{ *Expr }

func (n memberNode) eval(ctx context.Context, env Env) (any, bool) {
	v, err := n.Eval(ctx, env)
	if err != nil {
		return withoutMemory(err), false
	}
	return v, true
}

// withoutExpr returns the member without what only its own fallback needs. If its fast
// form fails, the list or object around it fails too.
func (n memberNode) withoutExpr() node {
	switch form := n.form.Load(); {
	case n.tier == Constant && n.known:
		return constantNode{n.constant}
	case form.fast == nil:
		return n
	case n.tier == Template && n.Sensitive():
		return n // its findings are redacted
	case n.tier == Template:
		return &placedNode{form.fast, n.rng}
	default:
		return form.fast
	}
}

// constantNode is a member that is known at load.
type constantNode struct{ value any }

func (n constantNode) eval(context.Context, Env) (any, bool) { return n.value, true }

// placedNode is a member that may need memory, with the place for the finding.
type placedNode struct {
	fast node
	rng  hcl.Range
}

func (n *placedNode) eval(ctx context.Context, env Env) (any, bool) {
	v, ok := n.fast.eval(ctx, env)
	if full, is := v.(*memoryShortage); is {
		return (&Expr{rng: n.rng}).newError(hcl.Diagnostics{full.finding(n.rng)}), false
	}
	return v, ok
}

// dropExprs drops what the fallbacks of the members need.
func dropExprs(n node) {
	var members []node
	switch n := n.(type) {
	case listNode:
		members = n
	case *objectNode:
		members = n.values
	}
	for i, m := range members {
		if m, ok := m.(memberNode); ok {
			members[i] = m.withoutExpr()
		}
	}
}
