package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
)

// Decoded is a decoded block, for checks that need places.
type Decoded struct {
	Block *hclsyntax.Block
	// Known is false if a fixed value depends on a secret or a variable that is
	// not set. Then the value is incomplete and can't run.
	Known bool
}

// Has reports whether the block sets an attribute.
func (d *Decoded) Has(name string) bool {
	_, ok := d.Block.Body.Attributes[name]
	return ok
}

// Expr returns the expression of an attribute, nil if it is not set.
func (d *Decoded) Expr(name string) hclsyntax.Expression {
	if a, ok := d.Block.Body.Attributes[name]; ok {
		return a.Expr
	}
	return nil
}

// Range returns the place of an attribute's value or of the head of the first
// block of that name. If there is neither, it returns the head of this block.
func (d *Decoded) Range(name string) hcl.Range {
	if a, ok := d.Block.Body.Attributes[name]; ok {
		return a.Expr.Range()
	}
	for _, b := range d.Block.Body.Blocks {
		if b.Type == name {
			return b.DefRange()
		}
	}
	return d.Block.DefRange()
}

// Element returns the place of an element of a list, or of the whole value if it
// is not written as a list.
func (d *Decoded) Element(name string, i int) hcl.Range {
	if list, ok := d.Expr(name).(*hclsyntax.TupleConsExpr); ok && i < len(list.Exprs) {
		return list.Exprs[i].Range()
	}
	return d.Range(name)
}

// Problem returns an error at the Range of a name.
func (d *Decoded) Problem(name, summary, detail string) *hcl.Diagnostic {
	return diag.Error(d.Range(name), summary, detail)
}

// Decode fills v with the labels, attributes and blocks that its Describe
// declares, and runs the checks. A value that is unknown because a secret is not
// set is left out without an error.
func Decode(c *Context, v Describer, b *hclsyntax.Block) hcl.Diagnostics {
	_, diags := DecodeSpec(c, DescribeFor(b, v.Describe), b, 0)
	return diags
}

// DecodeSpec is Decode for declarations that the caller has assembled. skip is the
// number of labels that the caller has read.
func DecodeSpec(c *Context, s *Spec, b *hclsyntax.Block, skip int) (*Decoded, hcl.Diagnostics) {
	inner := *c
	inner.Block = b
	d := &Decoded{Block: b, Known: true}
	diags := s.decodeLabels(b, skip)
	diags = append(diags, s.findUnknown(b)...)
	for _, f := range s.parts {
		switch {
		case f.step != nil:
			f.step(&inner)
		case f.Label:
		case f.Block != nil:
			diags = append(diags, f.decodeBlocks(&inner, b)...)
		default:
			diags = append(diags, f.decodeAttr(&inner, b, d)...)
		}
	}
	if diags.HasErrors() || !d.Known {
		return d, diags
	}
	for _, check := range s.checks {
		diags = append(diags, check(&inner, d)...)
	}
	return d, diags
}

// decodeLabels reads the declared labels. The first label of a block of a kind was
// read to choose the kind.
func (s *Spec) decodeLabels(b *hclsyntax.Block, skip int) hcl.Diagnostics {
	var fields []*Field
	for _, f := range s.parts {
		if f.Field != nil && f.Label {
			fields = append(fields, f.Field)
		}
	}
	given := b.Labels[min(skip, len(b.Labels)):]
	switch {
	case len(given) < len(fields):
		return hcl.Diagnostics{diag.Error(b.DefRange(), "Missing label",
			fmt.Sprintf("%s needs a label: %s.", diag.Capitalize(b.Type), blockForm(b, skip, fields)))}
	case len(given) > len(fields):
		return hcl.Diagnostics{diag.Error(b.LabelRanges[skip+len(fields)], "Too many labels",
			fmt.Sprintf("Remove %q and any label after it: %s.", given[len(fields)], blockForm(b, skip, fields)))}
	}
	for i, f := range fields {
		*f.label = given[i]
	}
	return nil
}

// blockForm returns the form of a block with its labels.
func blockForm(b *hclsyntax.Block, skip int, labels []*Field) string {
	out := b.Type
	for _, l := range b.Labels[:min(skip, len(b.Labels))] {
		out += fmt.Sprintf(" %q", l)
	}
	for _, f := range labels {
		out += fmt.Sprintf(" %q", f.Name)
	}
	return out + " { … }"
}

func (f *Field) decodeAttr(c *Context, b *hclsyntax.Block, d *Decoded) hcl.Diagnostics {
	a, ok := b.Body.Attributes[f.Name]
	if !ok {
		if f.Required && !hasBlock(b, f.Name) {
			return hcl.Diagnostics{diag.Error(b.DefRange(), "Missing attribute", fmt.Sprintf("%q is required: %s", f.Name, firstSentence(f.Doc)))}
		}
		return nil
	}
	if f.NotYet != "" {
		return hcl.Diagnostics{notYetFinding(a.NameRange, fmt.Sprintf("%q", f.Name), f.NotYet)}
	}
	known, diags := f.attr(c, a)
	d.Known = d.Known && known
	if len(diags) == 0 {
		diags = f.checkCredential(c, a)
	}
	return diags
}

func (f *Field) decodeBlocks(c *Context, b *hclsyntax.Block) hcl.Diagnostics {
	var diags hcl.Diagnostics
	count := 0
	for _, inner := range b.Body.Blocks {
		if inner.Type != f.Name {
			continue
		}
		count++
		if f.NotYet != "" {
			diags = append(diags, notYetFinding(inner.TypeRange, fmt.Sprintf("%q", f.Name), f.NotYet))
			continue
		}
		if count > 1 && !f.Block.Repeated {
			diags = append(diags, diag.Error(inner.DefRange(), "Block given twice", fmt.Sprintf("Only one block %q is allowed here. Remove the others.", f.Name)))
			continue
		}
		diags = append(diags, f.Block.decode(c, inner)...)
	}
	if _, isAttr := b.Body.Attributes[f.Name]; count == 0 && f.Required && !isAttr {
		diags = append(diags, diag.Error(b.DefRange(), "Missing block", fmt.Sprintf("A block %q is required: %s", f.Name, firstSentence(f.Doc))))
	}
	return diags
}

// findUnknown reports attributes and blocks that are not declared.
func (s *Spec) findUnknown(b *hclsyntax.Block) hcl.Diagnostics {
	if s.narrowed != nil {
		return nil // a block with such a name has complete declarations
	}
	attrs, blocks := map[string]bool{}, map[string]bool{}
	for _, f := range s.parts {
		if f.Field == nil || f.Label {
			continue
		}
		if f.Block != nil {
			blocks[f.Name] = true
		} else {
			attrs[f.Name] = true
		}
	}
	var diags hcl.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(b.Body.Attributes)) {
		if !attrs[name] {
			diags = append(diags, unknownAttributeFinding(b.Body.Attributes[name], attrs, blocks))
		}
	}
	for _, inner := range b.Body.Blocks {
		if !blocks[inner.Type] {
			diags = append(diags, unknownBlockFinding(inner, attrs, blocks))
		}
	}
	return diags
}

func unknownAttributeFinding(a *hclsyntax.Attribute, attrs, blocks map[string]bool) *hcl.Diagnostic {
	if blocks[a.Name] {
		return diag.Error(a.NameRange, "Block written as an attribute", fmt.Sprintf("%q is a block. Write %s { … } without an equals sign.", a.Name, a.Name))
	}
	return diag.Error(a.NameRange, "Unknown attribute", fmt.Sprintf("There is no attribute %q here.", a.Name)+suggestNames(a.Name, attrs, blocks))
}

func unknownBlockFinding(b *hclsyntax.Block, attrs, blocks map[string]bool) *hcl.Diagnostic {
	if attrs[b.Type] {
		return diag.Error(b.TypeRange, "Attribute written as a block", fmt.Sprintf("%q is an attribute. Write %s = … with an equals sign.", b.Type, b.Type))
	}
	return diag.Error(b.TypeRange, "Unknown block", fmt.Sprintf("There is no block %q here.", b.Type)+suggestNames(b.Type, blocks, attrs))
}

// suggestNames suggests the name that is nearest, of the same sort or of the
// other. If none is near, it lists the names of the same sort.
func suggestNames(name string, same, other map[string]bool) string {
	names := slices.Sorted(maps.Keys(same))
	if hint := diag.DidYouMean(name, append(slices.Clone(names), slices.Sorted(maps.Keys(other))...)); hint != "" {
		return hint
	}
	if len(names) == 0 {
		return " None is allowed."
	}
	return " Allowed: " + strings.Join(names, ", ") + "."
}

func firstSentence(doc string) string {
	first, _, more := strings.Cut(doc, ". ")
	if more {
		first += "."
	}
	return first
}

func hasBlock(b *hclsyntax.Block, name string) bool {
	return slices.ContainsFunc(b.Body.Blocks, func(in *hclsyntax.Block) bool { return in.Type == name })
}

func notYetFinding(at hcl.Range, name, why string) *hcl.Diagnostic {
	return diag.Error(at, "Not yet available", fmt.Sprintf("This version does not have %s yet: %s", name, why))
}
