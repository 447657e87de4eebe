package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// locals evaluates named values in the order in which they need each other.
type locals struct {
	*loader

	defs   map[string]localDef
	values map[string]cty.Value
	path   []string // names under evaluation, to find circles
}

type localDef struct {
	attr *hclsyntax.Attribute
	file *file
}

func (l *loader) evalLocals() {
	ls := &locals{loader: l, defs: map[string]localDef{}, values: map[string]cty.Value{}}
	for _, b := range l.blocks("locals") {
		ls.declare(b)
	}
	for _, name := range slices.Sorted(maps.Keys(ls.defs)) {
		ls.eval(name)
	}
	l.define("local", ls.values)
}

func (ls *locals) declare(b located) {
	if len(b.Labels) > 0 {
		ls.add(diag.Error(b.LabelRanges[0], "Too many labels", "Write locals { … } without a label."))
	}
	for _, inner := range b.Body.Blocks {
		ls.add(diag.Error(inner.TypeRange, "Block inside of locals", fmt.Sprintf("Locals hold values: write %s = { … } with an equals sign.", inner.Type)))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Body.Attributes)) {
		a := b.Body.Attributes[name]
		if first, twice := ls.defs[name]; twice {
			ls.add(diag.Error(a.NameRange, "Local named twice", fmt.Sprintf("There is a local %q already, at %s.", name, place(first.attr.NameRange))))
			continue
		}
		ls.defs[name] = localDef{a, b.file}
	}
}

// eval evaluates a local after those that it reads. What has an error becomes
// unknown, so that it is reported once.
func (ls *locals) eval(name string) {
	if _, done := ls.values[name]; done {
		return
	}
	def := ls.defs[name]
	if i := slices.Index(ls.path, name); i >= 0 {
		ls.add(diag.Error(def.attr.NameRange, "Locals in a circle",
			fmt.Sprintf("The value of local.%s depends on itself: %s.", name, strings.Join(append(ls.path[i:], name), " → "))))
		ls.values[name] = cty.DynamicVal
		return
	}
	ls.path = append(ls.path, name)
	defer func() { ls.path = ls.path[:len(ls.path)-1] }()
	needs, ok := ls.needs(def)
	if _, circle := ls.values[name]; circle {
		return
	}
	ls.values[name] = cty.DynamicVal
	if !ok {
		return
	}
	consts := map[string]cty.Value{"secret": ls.scopes.consts["secret"], "local": cty.ObjectVal(needs)}
	e, diags := expr.Compile(def.attr.Expr, ls.scopes.with(def.file, consts), cty.DynamicPseudoType)
	ls.add(diags...)
	if !diags.HasErrors() {
		ls.values[name] = e.ConstantCty()
	}
}

// needs evaluates the locals that a definition reads.
func (ls *locals) needs(def localDef) (map[string]cty.Value, bool) {
	out := map[string]cty.Value{}
	ok := true
	for _, t := range def.attr.Expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		name, at := localName(t)
		if _, known := ls.defs[name]; !known {
			ls.unknown(name, at)
			ok = false
			continue
		}
		ls.eval(name)
		out[name] = ls.values[name]
	}
	return out, ok
}

// localName returns the name that follows "local", "" where none is written
// out.
func localName(t hcl.Traversal) (string, hcl.Range) {
	if len(t) > 1 {
		switch step := t[1].(type) {
		case hcl.TraverseAttr:
			return step.Name, step.SrcRange
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.String {
				return step.Key.AsString(), step.SrcRange
			}
		}
	}
	return "", t.SourceRange()
}

func (ls *locals) unknown(name string, at hcl.Range) {
	if name == "" {
		ls.add(diag.Error(at, "Locals read as a whole", "A local can't read all of them, itself included: name the one that is meant, as local.NAME."))
		return
	}
	if ls.broken {
		return // it may stand in the file that could not be parsed
	}
	detail := fmt.Sprintf("There is no local %q.", name)
	if near := diag.DidYouMean(name, slices.Sorted(maps.Keys(ls.defs))); near != "" {
		detail += near
	} else {
		detail += fmt.Sprintf(" Declare it: locals { %s = VALUE }.", name)
	}
	ls.add(diag.Error(at, "Unknown name", detail))
}
