package expr

import (
	"context"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// pathNode follows steps through Go values from a root name.
type pathNode struct {
	root  string
	steps []pathStep
}

// pathStep is the name of a member or, if isKey is false, an index.
type pathStep struct {
	name  string
	index int
	isKey bool
}

func (e *Expr) compilePath(t hcl.Traversal, s *Scope) {
	if fast := s.pathTo(t); fast != nil {
		e.setFast(Path, fast)
	}
}

// pathTo returns nil for a name with a step that only HCL can follow.
func (s *Scope) pathTo(t hcl.Traversal) node {
	steps, ok := toPathSteps(t[1:])
	if !ok {
		return nil
	}
	path := &pathNode{root: t.RootName(), steps: steps}
	if s.escape != nil {
		return &escapedNode{path, s.escape}
	}
	return path
}

func (e *Expr) setFast(t Tier, fast node) { e.tier, e.form.Load().fast = t, fast }

func toPathSteps(t hcl.Traversal) ([]pathStep, bool) {
	steps := make([]pathStep, 0, len(t))
	for _, tr := range t {
		switch tr := tr.(type) {
		case hcl.TraverseAttr:
			steps = append(steps, pathStep{name: tr.Name, isKey: true})
		case hcl.TraverseIndex:
			s, ok := toIndexStep(tr.Key)
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

func toIndexStep(key cty.Value) (pathStep, bool) {
	if !key.IsKnown() || key.IsNull() || key.IsMarked() {
		return pathStep{}, false
	}
	if key.Type() == cty.String {
		return pathStep{name: ctytext.String(key), isKey: true}, true
	}
	if key.Type() != cty.Number {
		return pathStep{}, false
	}
	i, _ := key.AsBigFloat().Int64()
	return pathStep{index: int(i)}, key.Equals(cty.NumberIntVal(i)).True() && i >= 0
}

func (p *pathNode) eval(_ context.Context, env Env) (any, bool) {
	v := env.Value(p.root)
	for _, s := range p.steps {
		var ok bool
		if v, ok = s.follow(v); !ok {
			return nil, false
		}
	}
	if o, ok := v.(value.Object); ok {
		return o.Map(), true
	}
	return v, true
}

func (s pathStep) follow(v any) (any, bool) {
	if s.isKey {
		switch v := v.(type) {
		case map[string]any:
			m, ok := v[s.name]
			return m, ok
		case value.Object:
			return v.Get(s.name)
		}
		return nil, false
	}
	if list, ok := v.([]any); ok && s.index < len(list) {
		return list[s.index], true
	}
	return nil, false
}

// templateNode joins constant texts and the texts of values.
type templateNode struct {
	parts []templatePart
}

type templatePart struct {
	text string
	path node // nil for a constant text
}

func (e *Expr) compileTemplate(src *hclsyntax.TemplateExpr, s *Scope, jq jqPrograms) hcl.Diagnostics {
	t := &templateNode{parts: make([]templatePart, 0, len(src.Parts))}
	for _, p := range src.Parts {
		if t.addPlainPart(p, s) {
			continue
		}
		c, diags := s.compileExpr(p, jq)
		if diags.HasErrors() {
			return diags
		}
		if !t.addPart(c) {
			return nil
		}
	}
	e.setFast(Template, t)
	return nil
}

// addPlainPart adds a literal or a name of the run, which most parts are, and returns
// whether the part is one.
func (t *templateNode) addPlainPart(e hclsyntax.Expression, s *Scope) bool {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.String && !e.Val.IsNull() {
			t.parts = append(t.parts, templatePart{text: ctytext.String(e.Val)})
			return true
		}
	case *hclsyntax.ScopeTraversalExpr:
		if path := s.pathTo(e.Traversal); path != nil && s.isRun(e.Traversal.RootName()) {
			t.parts = append(t.parts, templatePart{path: path})
			return true
		}
	}
	return false
}

// addPart adds a part and returns whether it could: only constants and paths
// have a fast form. HCL evaluates directives and computations.
func (t *templateNode) addPart(c *Expr) bool {
	switch c.tier {
	case Constant:
		text, ok := formatScalar(c.constant)
		if !ok || !c.known || c.null {
			return false
		}
		t.parts = append(t.parts, templatePart{text: text})
		return true
	case Path:
		t.parts = append(t.parts, templatePart{path: c.form.Load().fast})
		return true
	}
	return false
}

func (t *templateNode) eval(ctx context.Context, env Env) (any, bool) {
	var few [8]string // on the stack
	texts, length := few[:0], 0
	for _, p := range t.parts {
		text := p.text
		if p.path != nil {
			v, ok := p.path.eval(ctx, env)
			if !ok {
				return nil, false
			}
			if text, ok = formatScalar(v); !ok {
				return nil, false
			}
		}
		texts = append(texts, text)
		length += len(text)
	}
	if full := takeTexts(env, int64(length)); full != nil {
		return full, false
	}
	return strings.Join(texts, ""), true
}

// formatScalar returns the text of a value inside a template. It returns false
// for null, lists and objects, for which HCL has its own messages.
func formatScalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return formatTemplateNumber(v)
	case int:
		return strconv.Itoa(v), true
	case float64:
		return formatTemplateNumber(json.Number(strconv.FormatFloat(v, 'g', -1, 64)))
	case *big.Int:
		return v.String(), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// listNode and objectNode build Go values from compiled members. Each member has
// its own tier and its own fallback.
type listNode []node

func (e *Expr) compileList(src *hclsyntax.TupleConsExpr, s *Scope, jq jqPrograms) hcl.Diagnostics {
	l := make(listNode, len(src.Exprs))
	for i, item := range src.Exprs {
		c, diags := s.compileExpr(item, jq)
		if diags.HasErrors() {
			return diags
		}
		l[i] = memberNode{c}
	}
	e.setFast(Object, l)
	return nil
}

func (l listNode) eval(ctx context.Context, env Env) (any, bool) {
	out := make([]any, len(l))
	for i, n := range l {
		v, ok := n.eval(ctx, env)
		if !ok {
			return v, false
		}
		out[i] = v
	}
	return out, true
}

type objectNode struct {
	keys   []string
	values []node
	names  *value.Names // of value.Members; nil if a map has to order the keys
	places []int
}

func (e *Expr) compileObject(src *hclsyntax.ObjectConsExpr, s *Scope, jq jqPrograms) hcl.Diagnostics {
	o := &objectNode{}
	for _, item := range src.Items {
		key, diags := s.compileKey(item.KeyExpr)
		if diags.HasErrors() {
			return diags
		}
		if key == nil {
			return nil // the key depends on the run, so HCL evaluates the object
		}
		c, diags := s.ofMember(*key).compileExpr(item.ValueExpr, jq)
		if diags.HasErrors() {
			return diags
		}
		o.keys, o.values = append(o.keys, *key), append(o.values, memberNode{c})
	}
	o.names, o.places, _ = value.NewNames(o.keys)
	e.setFast(Object, o)
	return nil
}

// compileKey returns the text of a constant key, nil for any other key.
func (s *Scope) compileKey(e hcl.Expression) (*string, hcl.Diagnostics) {
	if len(s.refsIn(e)) > 0 {
		return nil, nil
	}
	v, diags := s.evaluateAtLoad(e, s.static)
	if diags.HasErrors() {
		return nil, diags
	}
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return nil, nil
	}
	c, err := fromCty(v)
	text, ok := formatScalar(c)
	if err != nil || !ok {
		return nil, nil
	}
	return &text, nil
}

func (o *objectNode) eval(ctx context.Context, env Env) (any, bool) {
	out := make(map[string]any, len(o.keys))
	for i, n := range o.values {
		v, ok := n.eval(ctx, env)
		if !ok {
			return v, false
		}
		out[o.keys[i]] = v
	}
	return out, true
}

// membersNode is an objectNode whose value is only written as JSON.
type membersNode objectNode

// forJSON returns the form of a node whose value is only written as JSON.
func forJSON(n node) node {
	if o, ok := n.(*objectNode); ok && o.names != nil {
		return (*membersNode)(o)
	}
	return n
}

func (o *membersNode) eval(ctx context.Context, env Env) (any, bool) {
	out := &value.Members{Names: o.names, Values: make([]any, len(o.keys))}
	for i, n := range o.values {
		v, ok := n.eval(ctx, env)
		if !ok {
			return v, false
		}
		out.Values[o.places[i]] = v
	}
	return out, true
}
