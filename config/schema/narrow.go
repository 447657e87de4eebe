package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// narrowing leaves those fields out of a Spec that its block does not need. A block
// writes a few of the fields that its kind has, and most of the work of decoding one
// would be to declare the others.
type narrowing struct {
	block *hclsyntax.Block
	// attrs and blocks count those that the block writes and the declarations know.
	attrs, blocks int
}

// DescribeFor returns the declarations that the decoding of a block needs: those of the
// fields that it writes and of the required ones. If it writes a field that is not
// declared, the declarations are complete, for a finding that suggests a name.
// describe declares the fields; it is called twice then.
func DescribeFor(b *hclsyntax.Block, describe func(*Spec)) *Spec {
	n := &narrowing{block: b}
	s := &Spec{narrowed: n, parts: make([]part, 0, len(b.Labels)+len(b.Body.Attributes)+len(b.Body.Blocks))}
	describe(s)
	if n.attrs == len(b.Body.Attributes) && n.blocks == len(b.Body.Blocks) {
		return s
	}
	s = &Spec{}
	describe(s)
	return s
}

// OutputType returns the type of the value under the name of an action, before it is
// decoded.
func OutputType(v Describer) cty.Type {
	s := &Spec{narrowed: &narrowing{block: &hclsyntax.Block{Body: &hclsyntax.Body{}}}}
	v.Describe(s)
	return s.OutputType()
}

// needsAttr reports whether an attribute has to be declared.
func (s *Spec) needsAttr(name string, options []Option) bool {
	if s.narrowed == nil {
		return true
	}
	if _, written := s.narrowed.block.Body.Attributes[name]; written {
		s.narrowed.attrs++
		return true
	}
	return areRequired(options)
}

// needsBlock reports whether a block has to be declared.
func (s *Spec) needsBlock(name string, options []Option) bool {
	if s.narrowed == nil {
		return true
	}
	written := 0
	for _, b := range s.narrowed.block.Body.Blocks {
		if b.Type == name {
			written++
		}
	}
	s.narrowed.blocks += written
	return written > 0 || areRequired(options)
}

func areRequired(options []Option) bool {
	return slices.ContainsFunc(options, func(o Option) bool { return o.required })
}
