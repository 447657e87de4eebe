// Package schema binds blocks of a flow file to Go values, like the standard
// library's package flag: one call gives the destination, the name and the
// documentation of a field.
//
//	func (t *transform) Describe(s *schema.Spec) {
//		s.Doc = "Computes a value with a jq program."
//		schema.Attr(s, &t.program, "jq", "The program.", schema.Required())
//		schema.Expr(s, &t.input, "input", "The input of the program.")
//		s.Output("value", cty.DynamicPseudoType, "The first result.")
//	}
//
// The Go type decides when a field is evaluated: a plain T when the file is loaded,
// an expr.Of[T] in each run. One declaration is the source of decoding, checks, the
// reference that `gateway docs` prints, and completion in editors.
//
// Decoding does not stop at the first finding. A Spec serves one value and one
// decoding; describe a new value for the next one.
package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Describer is a value that can be decoded from a block.
type Describer interface {
	// Describe declares the fields of the value. It must have no other effect,
	// because it is also called for documentation.
	Describe(s *Spec)
}

// Spec collects the declarations of one block.
type Spec struct {
	Doc      string    // the purpose of the block: whole sentences, Markdown
	parts    []part    // in order of declaration, which is the order of decoding
	outputs  []Output  // the values that an action of this kind returns
	examples []Example // run as tests
	checks   []func(*Context, *Decoded) hcl.Diagnostics
	anyOut   bool
	narrowed *narrowing // nil if the fields are complete
}

// part is a field, or a step that runs between the fields before and after it.
type part struct {
	*Field
	step func(c *Context)
}

// Field is one attribute, label or block that a body may hold.
type Field struct {
	Name     string
	Doc      string
	Type     string // in words: "string", "duration", "list of string", "block"
	Dynamic  bool   // may read the run
	Required bool
	Default  string // as written in a file; "" if there is none
	Enum     []string
	Group    string // fields that belong together in the reference, such as "modifiers"
	Block    *Block // nil for attributes and labels
	Label    bool
	NotYet   string // why a field of the language can't be used yet; "" if it can

	notNull    bool                     // null is a finding, although the field is not required
	nullable   bool                     // null is allowed, although the field is required
	secret     bool                     // the value may come from a secret
	credential *credential              // finds credentials that the files state; nil if there are none
	escape     func(text string) string // applied to texts of the run
	kept       bool                     // outputs never repeat the value
	urlMembers []string                 // names of members that are URLs
	isURL      bool                     // values of the run are encoded for their place in a URL
	shown      func(text string) string // changes a text that is stored as an input
	label      *string                  // receives the text of a label

	// attr decodes an attribute. known is false if the value depends on a secret
	// or a variable that is not set.
	attr func(c *Context, a *hclsyntax.Attribute) (known bool, diags hcl.Diagnostics)
}

// Block is the nested side of a field.
type Block struct {
	Labels   []string // names of the labels, for the reference
	Repeated bool
	Kinds    []string                // allowed first labels, if it has kinds
	Spec     func() *Spec            // its own fields; nil if they depend on the kind
	KindSpec func(kind string) *Spec // the fields of a kind; nil if it has no kinds

	decode func(c *Context, b *hclsyntax.Block) hcl.Diagnostics
}

// Output is a value that an action returns under a name.
type Output struct {
	Name string
	Type cty.Type
	Doc  string
}

// Example is a documented use of a kind. It is decoded and run as a test.
type Example struct {
	Title string
	HCL   string // the body of the block, or whole blocks for a trigger
	Input string // webhook.body as JSON
	Want  string // the outputs as JSON; "" if the example is only decoded
}

// Context is the input of a decoding.
type Context struct {
	Scope *expr.Scope      // names that expressions may read
	Owner any              // data of the package that started the decoding, for its own blocks
	Block *hclsyntax.Block // the block that is being decoded
	// Egress says why a host must not be reached; see CheckURL and CheckHost. It is
	// nil if that is not known.
	Egress func(host string, port uint16) error
}

// Output declares a value that actions of this kind return.
func (s *Spec) Output(name string, t cty.Type, doc string) {
	s.outputs = append(s.outputs, Output{Name: name, Type: t, Doc: doc})
}

// AnyOutput declares that the outputs' names are not known at load.
func (s *Spec) AnyOutput() { s.anyOut = true }

// Example adds a documented use.
func (s *Spec) Example(e Example) {
	if s.narrowed == nil {
		s.examples = append(s.examples, e)
	}
}

// Check adds a check. It runs if the body was decoded without errors and all fixed
// values are known.
func (s *Spec) Check(f func(c *Context, d *Decoded) hcl.Diagnostics) {
	s.checks = append(s.checks, f)
}

// Then runs f after the fields that are declared before it and before the fields
// that are declared after it. f may change the scope of the later ones.
func (s *Spec) Then(f func(c *Context)) {
	s.parts = append(s.parts, part{step: f})
}

// Fields lists the declared fields in their order.
func (s *Spec) Fields() []*Field {
	out := make([]*Field, 0, len(s.parts))
	for _, p := range s.parts {
		if p.Field != nil {
			out = append(out, p.Field)
		}
	}
	return out
}

// Outputs lists the values that actions of this kind return.
func (s *Spec) Outputs() []Output { return s.outputs }

// OutputType returns the type of the value under an action's name.
func (s *Spec) OutputType() cty.Type {
	if s.anyOut {
		return cty.DynamicPseudoType
	}
	members := make(map[string]cty.Type, len(s.outputs))
	for _, o := range s.outputs {
		members[o.Name] = o.Type
	}
	return cty.Object(members)
}

// Examples lists the documented uses.
func (s *Spec) Examples() []Example { return s.examples }

func (s *Spec) addField(f *Field, options []Option) *Field {
	for _, o := range options {
		f.Required = f.Required || o.required
		if o.apply != nil {
			o.apply(f)
		}
	}
	s.parts = append(s.parts, part{Field: f})
	return f
}
