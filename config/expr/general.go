package expr

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ctytext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// general evaluates an expression with HCL, in a context that contains only the
// leaves that the expression names.
type general struct {
	src    hcl.Expression // made by guardExpression
	static *hcl.EvalContext
	clock  clock.Clock
	jq     jqPrograms
	links  bool // the expression calls link_url
	lifts  bool // the expression calls nonsensitive
	leaves []Ref
	reads  []Ref // each place that reads a value of the run
	// outside are the calls that need none of the leaves for long lists.
	outside []outsideCall
}

// compileGeneral compiles an expression that reads the names of the run in refs.
func (s *Scope) compileGeneral(e hcl.Expression, o outline, refs []Ref, jq jqPrograms) *general {
	src := e
	if syntax, ok := e.(hclsyntax.Expression); ok {
		src = guardExpression(s.markEscapes(syntax, jq))
	}
	g := &general{src: src, static: s.unmarked, clock: s.clock, jq: jq, outside: s.outsideCalls(e)}
	g.links, g.lifts = len(o.callsOf(funcs.LinkURL)) > 0, len(o.callsOf(funcs.Nonsensitive)) > 0
	ranges := make([]hcl.Range, len(g.outside))
	for i, call := range g.outside {
		ranges[i] = call.at
	}
	g.reads = refs
	if len(ranges) > 0 {
		g.reads = s.refsOf(withoutLifted(o.names, ranges))
	}
	g.leaves = dropNestedRefs(g.reads)
	return g
}

// dropNestedRefs drops references that lie inside others: an expression that
// reads all of webhook.body needs no leaf for webhook.body.items.
func dropNestedRefs(refs []Ref) []Ref {
	dropped := func(i int) bool {
		r := refs[i]
		inside := slices.ContainsFunc(refs, func(o Ref) bool {
			return len(o.Path) < len(r.Path) && o.Root == r.Root && slices.Equal(o.Path, r.Path[:len(o.Path)])
		})
		return inside || slices.ContainsFunc(refs[:i], func(o Ref) bool { return o.Root == r.Root && slices.Equal(o.Path, r.Path) })
	}
	left := make([]int, 0, len(refs))
	for i := range refs {
		if !dropped(i) {
			left = append(left, i)
		}
	}
	if len(left) == len(refs) {
		return refs // most expressions name each value once
	}
	out := make([]Ref, len(left))
	for n, i := range left {
		out[n] = refs[i]
	}
	return out
}

func (g *general) eval(ctx context.Context, env Env) (cty.Value, hcl.Diagnostics) {
	roots := &tree{}
	for _, leaf := range g.leaves {
		roots.member(leaf.Root).insert(env.Value(leaf.Root), leaf.Path)
	}
	guard := newLoopGuard(ctx, g.clock)
	in := newIntake(env, guard)
	defer in.free()
	found := g.findOutside(ctx, env, roots)
	in.addTexts(g.textsRead(env))
	if full := in.takeTree(roots); full != "" {
		return cty.DynamicVal, hcl.Diagnostics{tooManyElements(g.src.Range(), full)}
	}
	var err error
	if guard.outside, err = g.placeOutside(found, in); err != nil {
		return cty.DynamicVal, hcl.Diagnostics{noJSONForm(g.src.Range(), err)}
	}
	if stopped := guard.stopFinding(g.src.Range()); stopped != nil {
		return cty.DynamicVal, stopped
	}
	ec := g.static.NewChild()
	ec.Functions = g.bindFunctions(ctx, env, in)
	ec.Variables = make(map[string]cty.Value, len(roots.members)+1)
	for name, t := range roots.members {
		v, err := t.toCty()
		if err != nil {
			return cty.DynamicVal, hcl.Diagnostics{noJSONForm(g.src.Range(), err)}
		}
		ec.Variables[name] = v
	}
	ec.Variables[guardName] = cty.CapsuleVal(guardType, guard)
	return guard.evaluate(g.src, ec)
}

// textsRead returns the length of the texts at all places that read one: a template
// that repeats a text holds it as often.
func (g *general) textsRead(env Env) int64 {
	var n int64
	for _, r := range g.reads {
		v := env.Value(r.Root)
		for _, name := range r.Path {
			v = memberOf(v, name)
		}
		if text, ok := v.(string); ok {
			n += int64(len(text))
		}
	}
	return n
}

// memberOf returns a member of an object, nil if there is none.
func memberOf(v any, name string) any {
	switch o := v.(type) {
	case map[string]any:
		return o[name]
	case value.Object:
		member, _ := o.Get(name)
		return member
	}
	return nil
}

func noJSONForm(at hcl.Range, err error) *hcl.Diagnostic {
	return diag.Error(at, "Value without a JSON form", diag.Sentence(err))
}

// bindFunctions returns the functions that depend on the run, nil for none.
func (g *general) bindFunctions(ctx context.Context, env Env, in *intake) map[string]function.Function {
	functions := g.jq.bindFunction(ctx, env, in, nil)
	if maker, ok := env.(LinkMaker); ok && g.links {
		functions = cloneOrNew(functions)
		functions[funcs.LinkURL] = funcs.LinkFunction(maker.MakeLink)
	}
	if r, ok := env.(Revealer); ok && g.lifts {
		functions = cloneOrNew(functions)
		functions[funcs.Nonsensitive] = newRevealFunction(r)
	}
	return functions
}

// tree holds the leaves below a name: a whole value or some members.
type tree struct {
	members map[string]*tree
	whole   any
	isWhole bool
}

func (t *tree) member(name string) *tree {
	if t.members == nil {
		t.members = map[string]*tree{}
	}
	m, ok := t.members[name]
	if !ok {
		m = &tree{}
		t.members[name] = m
	}
	return m
}

// insert follows the steps through v and inserts the value at their end. If the
// path ends early, it inserts the value found there (a null, a text, an object
// without that member), so that HCL reports the missing member.
func (t *tree) insert(v any, steps []string) {
	if len(steps) == 0 || t.isWhole {
		t.whole, t.isWhole = v, true
		return
	}
	var next any
	var ok bool
	switch o := v.(type) {
	case map[string]any:
		next, ok = o[steps[0]]
	case value.Object:
		next, ok = o.Get(steps[0])
	default:
		t.whole, t.isWhole = v, true
		return
	}
	if t.members == nil {
		t.members = map[string]*tree{}
	}
	if ok {
		t.member(steps[0]).insert(next, steps[1:])
	}
}

func (t *tree) toCty() (cty.Value, error) {
	if t.isWhole {
		return ToCty(t.whole)
	}
	members := make(map[string]cty.Value, len(t.members))
	for name, m := range t.members {
		v, err := m.toCty()
		if err != nil {
			return cty.NilVal, err
		}
		members[ctytext.Encode(name)] = v
		if plain := cty.NormalizeString(name); t.members[plain] == nil {
			members[plain] = v // HCL normalizes the names behind a dot
		}
	}
	return cty.ObjectVal(members), nil
}
