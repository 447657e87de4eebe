package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
)

// describes is a pointer to T that is a Describer.
type describes[T any] interface {
	*T
	Describer
}

// Single declares a block that may appear once. dst stays nil if it is left out.
func Single[T any, P describes[T]](s *Spec, dst **T, name, doc string, options ...Option) {
	if s.needsBlock(name, options) {
		addNested[T, P](s, name, doc, Block{}, func(v *T) { *dst = v }, options)
	}
}

// Repeated declares a block that may appear any number of times. dst keeps the
// order of the file.
func Repeated[T any, P describes[T]](s *Spec, dst *[]*T, name, doc string, options ...Option) {
	if s.needsBlock(name, options) {
		addNested[T, P](s, name, doc, Block{Repeated: true}, func(v *T) { *dst = append(*dst, v) }, options)
	}
}

func addNested[T any, P describes[T]](s *Spec, name, doc string, b Block, add func(*T), options []Option) {
	b.Spec = func() *Spec { return Describe(P(new(T))) }
	b.decode = func(c *Context, b *hclsyntax.Block) hcl.Diagnostics {
		v := new(T)
		diags := Decode(c, P(v), b)
		add(v)
		return diags
	}
	s.addBlock(name, doc, b, options)
}

// Kind is one form of a block. The block's first label chooses it.
type Kind[T Describer] struct {
	Name    string
	New     func() T
	NotYet  string   // why the kind can't be used yet; New is nil then
	KnownAs []string // what users may call it; a finding tells them the name
}

// Kinds declares a block whose first label chooses a kind, such as `auth
// "basic"`. add is called with each decoded value, in order.
func Kinds[T Describer](s *Spec, name, doc string, kinds []Kind[T], add func(b *hclsyntax.Block, v T), options ...Option) {
	if s.needsBlock(name, options) {
		addKinds(s, name, doc, kinds, add, options)
	}
}

func addKinds[T Describer](s *Spec, name, doc string, kinds []Kind[T], add func(b *hclsyntax.Block, v T), options []Option) {
	block := Block{Repeated: true, Labels: []string{"KIND"}}
	if s.narrowed == nil {
		block.Kinds = usableNames(kinds)
	}
	block.KindSpec = func(kind string) *Spec { return SpecOf(kinds, kind) }
	block.decode = func(c *Context, b *hclsyntax.Block) hcl.Diagnostics {
		k, diags := FindKind(name, kinds, b)
		if diags.HasErrors() {
			return diags
		}
		v := k.New()
		_, found := DecodeSpec(c, DescribeFor(b, v.Describe), b, 1)
		add(b, v)
		diags = append(diags, found...)
		return diags
	}
	s.addBlock(name, doc, block, options)
}

// usableNames lists the kinds that can be used already.
func usableNames[T Describer](kinds []Kind[T]) []string {
	var names []string
	for _, k := range kinds {
		if k.NotYet == "" {
			names = append(names, k.Name)
		}
	}
	return names
}

// FindKind finds the kind that the first label of a block names. blockType is the
// type of the block, for messages.
func FindKind[T Describer](blockType string, kinds []Kind[T], b *hclsyntax.Block) (Kind[T], hcl.Diagnostics) {
	if len(b.Labels) == 0 {
		return Kind[T]{}, hcl.Diagnostics{diag.Error(b.TypeRange, "Missing label",
			fmt.Sprintf("Write the kind as a label: %s %q { … }.", blockType, exampleName(kinds)))}
	}
	for i := range kinds {
		k := &kinds[i]
		if k.Name == b.Labels[0] {
			if k.NotYet != "" {
				return *k, hcl.Diagnostics{notYetFinding(b.LabelRanges[0], fmt.Sprintf("%s %q", blockType, k.Name), k.NotYet)}
			}
			return *k, nil
		}
	}
	return Kind[T]{}, hcl.Diagnostics{unknownKindFinding(blockType, kinds, b)}
}

// unknownKindFinding suggests the kind that is meant, or lists all of them.
func unknownKindFinding[T Describer](blockType string, kinds []Kind[T], b *hclsyntax.Block) *hcl.Diagnostic {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	slices.Sort(names)
	detail := fmt.Sprintf("There is no %s %q.", blockType, b.Labels[0])
	if name, ok := knownAs(b.Labels[0], kinds); ok {
		detail += fmt.Sprintf(" Its name is %q.", name)
	} else if parts := namesWithPrefix(b.Labels[0], names); len(parts) > 0 {
		detail += " There is " + diag.QuoteList(parts) + "."
	} else if near := diag.DidYouMean(b.Labels[0], names); near != "" {
		detail += near
	} else if len(names) > 0 {
		detail += " There is " + diag.QuoteList(names) + "."
	}
	return diag.Error(b.LabelRanges[0], "Unknown kind of "+blockType, detail)
}

// knownAs returns the name of the kind that users may call by a word.
func knownAs[T Describer](word string, kinds []Kind[T]) (string, bool) {
	i := slices.IndexFunc(kinds, func(k Kind[T]) bool { return slices.Contains(k.KnownAs, word) })
	if i < 0 {
		return "", false
	}
	return kinds[i].Name, true
}

// namesWithPrefix returns the names that begin with the word and an underscore,
// such as jira_issue and jira_comment for jira.
func namesWithPrefix(word string, names []string) []string {
	var below []string
	for _, name := range names {
		if strings.HasPrefix(name, word+"_") {
			below = append(below, name)
		}
	}
	return below
}

// exampleName returns the name of a kind for messages that show the form of a
// block.
func exampleName[T Describer](kinds []Kind[T]) string {
	if len(kinds) == 0 {
		return "KIND"
	}
	return kinds[0].Name
}

// BlockFunc declares a block with its own decoder.
func BlockFunc(s *Spec, name, doc string, b Block, decode func(c *Context, b *hclsyntax.Block) hcl.Diagnostics, options ...Option) {
	if s.needsBlock(name, options) {
		b.decode = decode
		s.addBlock(name, doc, b, options)
	}
}

func (s *Spec) addBlock(name, doc string, b Block, options []Option) {
	s.addField(&Field{Name: name, Doc: doc, Type: "block", Block: &b}, options)
}

// Label declares the next label of the block. Its text goes to dst.
func Label(s *Spec, dst *string, name, doc string) {
	s.addField(&Field{Name: name, Doc: doc, Type: "label", Label: true, Required: true, label: dst}, nil)
}

// Describe returns the declarations of a value.
func Describe(v Describer) *Spec {
	s := &Spec{}
	v.Describe(s)
	return s
}

// SpecOf returns the declarations of a kind by its name, nil if there is no such
// kind yet.
func SpecOf[T Describer](kinds []Kind[T], name string) *Spec {
	for _, k := range kinds {
		if k.Name == name && k.NotYet == "" {
			return Describe(k.New())
		}
	}
	return nil
}
