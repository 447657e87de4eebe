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

// Single declares a block that may stand once. dst is nil where it is left out.
func Single[T any, P describes[T]](s *Spec, dst **T, name, doc string, options ...Option) {
	nested[T, P](s, name, doc, Block{}, func(v *T) { *dst = v }, options)
}

// Repeated declares a block that may stand any number of times; its order is
// kept.
func Repeated[T any, P describes[T]](s *Spec, dst *[]*T, name, doc string, options ...Option) {
	nested[T, P](s, name, doc, Block{Repeated: true}, func(v *T) { *dst = append(*dst, v) }, options)
}

func nested[T any, P describes[T]](s *Spec, name, doc string, b Block, take func(*T), options []Option) {
	b.Spec = func() *Spec { return Describe(P(new(T))) }
	BlockFunc(s, name, doc, b, func(c *Context, b *hclsyntax.Block) hcl.Diagnostics {
		v := new(T)
		diags := Decode(c, P(v), b)
		take(v)
		return diags
	}, options...)
}

// Kind is one of several forms of a block, chosen by the block's first label.
type Kind[T Describer] struct {
	Name  string
	New   func() T
	Later string // why the kind can't be used yet; New is nil then
}

// Kinds declares a block whose first label chooses a kind, such as `auth
// "basic"`. add is called with each decoded value, in order.
func Kinds[T Describer](s *Spec, name, doc string, kinds []Kind[T], add func(b *hclsyntax.Block, v T), options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: "block", Block: &Block{Repeated: true, Labels: []string{"KIND"}}}
	for _, k := range kinds {
		if k.Later == "" {
			f.Block.Kinds = append(f.Block.Kinds, k.Name)
		}
	}
	f.Block.KindSpec = func(kind string) *Spec { return SpecOf(kinds, kind) }
	f.Block.decode = func(c *Context, b *hclsyntax.Block) hcl.Diagnostics {
		k, diags := FindKind(name, kinds, b)
		if diags.HasErrors() {
			return diags
		}
		v := k.New()
		_, found := DecodeSpec(c, Describe(v), b, 1)
		add(b, v)
		diags = append(diags, found...)
		return diags
	}
	s.add(f, options)
}

// FindKind finds the kind that the first label of a block names. what is the
// block's type, for messages.
func FindKind[T Describer](what string, kinds []Kind[T], b *hclsyntax.Block) (Kind[T], hcl.Diagnostics) {
	if len(b.Labels) == 0 {
		return Kind[T]{}, hcl.Diagnostics{diag.Error(b.TypeRange, "Missing label",
			fmt.Sprintf("Write the kind after the word: %s %q { … }.", what, someName(kinds)))}
	}
	var names []string
	for _, k := range kinds {
		if k.Name == b.Labels[0] {
			if k.Later != "" {
				return k, hcl.Diagnostics{notYet(b.LabelRanges[0], fmt.Sprintf("%s %q", what, k.Name), k.Later)}
			}
			return k, nil
		}
		names = append(names, k.Name)
	}
	slices.Sort(names)
	detail := fmt.Sprintf("There is no %s %q.", what, b.Labels[0])
	if parts := namesBelow(b.Labels[0], names); len(parts) > 0 {
		detail += " There is " + diag.QuoteList(parts) + "."
	} else if near := diag.DidYouMean(b.Labels[0], names); near != "" {
		detail += near
	} else if len(names) > 0 {
		detail += " There is " + diag.QuoteList(names) + "."
	}
	return Kind[T]{}, hcl.Diagnostics{diag.Error(b.LabelRanges[0], "Unknown kind of "+what, detail)}
}

// namesBelow returns the names that have the word as their first one of
// several, as jira_issue and jira_comment have jira.
func namesBelow(word string, names []string) []string {
	var below []string
	for _, name := range names {
		if strings.HasPrefix(name, word+"_") {
			below = append(below, name)
		}
	}
	return below
}

// someName is the name of a kind, for messages that show how one is written.
func someName[T Describer](kinds []Kind[T]) string {
	if len(kinds) == 0 {
		return "KIND"
	}
	return kinds[0].Name
}

// BlockFunc declares a block that decodes itself.
func BlockFunc(s *Spec, name, doc string, b Block, decode func(c *Context, b *hclsyntax.Block) hcl.Diagnostics, options ...Option) {
	b.decode = decode
	s.add(&Field{Name: name, Doc: doc, Type: "block", Block: &b}, options)
}

// Label declares the next label of the block and where its text goes.
func Label(s *Spec, dst *string, name, doc string) {
	s.add(&Field{Name: name, Doc: doc, Type: "label", Label: true, Required: true, label: dst}, nil)
}

// Describe returns the declarations of a value.
func Describe(v Describer) *Spec {
	s := &Spec{}
	v.Describe(s)
	return s
}

// SpecOf returns the declarations of a kind by its name, nil where there is no
// such kind yet.
func SpecOf[T Describer](kinds []Kind[T], name string) *Spec {
	for _, k := range kinds {
		if k.Name == name && k.Later == "" {
			return Describe(k.New())
		}
	}
	return nil
}
