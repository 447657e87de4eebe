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
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// localEvaluator evaluates locals in the order of their references.
type localEvaluator struct {
	*loader

	defs   map[string]localDef
	values map[string]cty.Value
	path   []string // names under evaluation, to find cycles
	left   int      // steps that the other locals may have; negative once they had too many
}

type localDef struct {
	attr *hclsyntax.Attribute
	file *file
}

func (l *loader) evalLocals() {
	ls := &localEvaluator{loader: l, defs: map[string]localDef{}, values: map[string]cty.Value{}, left: expr.MaxConstantSteps}
	for _, b := range l.blocksOfType("locals") {
		ls.declareLocals(b)
	}
	for _, name := range slices.Sorted(maps.Keys(ls.defs)) {
		ls.evalLocal(name)
	}
	l.defineRoot("local", ls.values)
}

func (ls *localEvaluator) declareLocals(b locatedBlock) {
	if len(b.Labels) > 0 {
		ls.report(diag.Error(b.LabelRanges[0], "Too many labels", "A locals block has no label: write locals { … }."))
	}
	for _, inner := range b.Body.Blocks {
		ls.report(diag.Error(inner.TypeRange, "Block inside of locals", fmt.Sprintf("Locals hold values. Write %s = { … } with an equals sign.", inner.Type)))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Body.Attributes)) {
		a := b.Body.Attributes[name]
		if first, twice := ls.defs[name]; twice {
			ls.report(diag.Error(a.NameRange, "Local named twice", fmt.Sprintf("Another local is named %q, at %s. Rename one of them.", name, formatPlace(first.attr.NameRange))))
			continue
		}
		ls.defs[name] = localDef{a, b.file}
	}
}

// evalLocal evaluates a local after the locals that it reads. A local with an
// error becomes unknown, so that the error is reported once.
func (ls *localEvaluator) evalLocal(name string) {
	if _, done := ls.values[name]; done {
		return
	}
	def := ls.defs[name]
	if i := slices.Index(ls.path, name); i >= 0 {
		ls.report(diag.Error(def.attr.NameRange, "Locals in a cycle",
			fmt.Sprintf("The value of local.%s depends on itself: %s. Remove one of these references.", name, strings.Join(append(ls.path[i:], name), " → "))))
		ls.values[name] = cty.DynamicVal
		return
	}
	ls.path = append(ls.path, name)
	defer func() { ls.path = ls.path[:len(ls.path)-1] }()
	needed, ok := ls.evalNeeded(def)
	if _, cycle := ls.values[name]; cycle {
		return
	}
	ls.values[name] = cty.DynamicVal
	if !ok {
		return
	}
	consts := map[string]cty.Value{"secret": ls.scopes.consts["secret"], "local": cty.ObjectVal(needed)}
	scope := ls.scopes.withConstants(def.file, consts)
	e, diags := expr.Compile(def.attr.Expr, scope, cty.DynamicPseudoType)
	ls.report(diags...)
	if !diags.HasErrors() && ls.checkSize(name, e.KnownParts()) {
		ls.values[name] = e.KnownParts()
		ls.scopes.written[name] = scope.IsWritten(def.attr.Expr)
	}
}

// checkSize reports the first local that is too large together with those before it. Each of
// a few lines could repeat the one before, so that the last has more values than memory.
func (ls *localEvaluator) checkSize(name string, v cty.Value) bool {
	if ls.left < 0 {
		return false
	}
	if ls.left -= expr.StepsAtLoad(v, ls.left); ls.left < 0 {
		ls.report(diag.Error(ls.defs[name].attr.NameRange, "Locals too large", fmt.Sprintf(
			"All locals together may have %d values, where each %d bytes of text count as one. Make this one smaller, or write it where it is needed.", expr.MaxConstantSteps, expr.BytesPerStep)))
	}
	return ls.left >= 0
}

// evalNeeded evaluates the locals that a definition reads.
func (ls *localEvaluator) evalNeeded(def localDef) (map[string]cty.Value, bool) {
	out := map[string]cty.Value{}
	ok := true
	for _, t := range def.attr.Expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		name, at := localName(t)
		if _, known := ls.defs[name]; !known {
			ls.reportUnknown(name, at)
			ok = false
			continue
		}
		ls.evalLocal(name)
		out[name] = ls.values[name]
	}
	return out, ok
}

// localName returns the name that follows "local", or "" if the reference has
// no fixed name.
func localName(t hcl.Traversal) (string, hcl.Range) {
	if len(t) > 1 {
		switch step := t[1].(type) {
		case hcl.TraverseAttr:
			return step.Name, step.SrcRange
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.String {
				return ctytext.String(step.Key), step.SrcRange
			}
		}
	}
	return "", t.SourceRange()
}

func (ls *localEvaluator) reportUnknown(name string, at hcl.Range) {
	if name == "" {
		ls.report(diag.Error(at, "Locals read as a whole", "A local can't read all locals, because that includes itself. Read one of them as local.NAME."))
		return
	}
	if ls.incomplete {
		return // a file that could not be parsed may declare it
	}
	detail := fmt.Sprintf("There is no local %q.", name)
	if near := diag.DidYouMean(name, slices.Sorted(maps.Keys(ls.defs))); near != "" {
		detail += near
	} else {
		detail += fmt.Sprintf(" Declare it: locals { %s = VALUE }.", name)
	}
	ls.report(diag.Error(at, "Unknown name", detail))
}
