// Package schema binds blocks of a flow file to Go values, in the manner of
// the standard library's package flag: one call says the destination, the
// name and the documentation of a field.
//
//	func (t *transform) Describe(s *schema.Spec) {
//		s.Doc = "Computes a value with a jq program."
//		schema.Attr(s, &t.program, "jq", "The program.", schema.Required())
//		schema.Expr(s, &t.input, "input", "What the program reads.")
//		s.Output("value", cty.DynamicPseudoType, "The first result.")
//	}
//
// The Go type decides: a plain T is fixed when the file is loaded, an
// expr.Of[T] may read the run. From one declaration come decoding, checks,
// the reference that `gateway docs` prints and completion in editors.
//
// Decoding never stops at the first finding. A Spec serves one value and one
// decoding; describe a new value for the next.
package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Describer is a value that can be decoded from a block.
type Describer interface {
	// Describe declares the fields of the value. It must do nothing else: it
	// is also called for documentation.
	Describe(s *Spec)
}

// Spec collects the declarations of one block.
type Spec struct {
	Doc      string    // what the block is for: whole sentences, Markdown
	fields   []*Field  // in order of declaration, which is the order of decoding
	outputs  []Output  // what an action of this kind returns
	examples []Example // run as tests
	checks   []func(*Context, *Decoded) hcl.Diagnostics
	anyOut   bool
}

// Field is one attribute, label or block that a body may hold.
type Field struct {
	Name     string
	Doc      string
	Type     string // in words: "string", "duration", "list of string", "block"
	Dynamic  bool   // may read the run
	Required bool
	Default  string // as written in a file; "" where there is none
	Enum     []string
	Group    string // fields that belong together in the reference, such as "modifiers"
	Block    *Block // nil for attributes and labels
	Label    bool
	NotYet   string // why a field of the language can't be used yet; "" for all others

	secret bool                     // the value may come from a secret
	escape func(text string) string // what texts of the run pass through
	shown  func(text string) string // how a text is kept as an input
	label  *string                  // where the text of a label goes
	step   func(c *Context)         // not a field: runs between the fields around it

	// attr decodes an attribute. known is false where the value depends on a
	// secret or a variable that is not set.
	attr func(c *Context, a *hclsyntax.Attribute) (known bool, diags hcl.Diagnostics)
}

// Block is the nested side of a field.
type Block struct {
	Labels   []string // names of the labels, for the reference
	Repeated bool
	Kinds    []string                // allowed first labels, where it has kinds
	Spec     func() *Spec            // its own fields; nil where they depend on the kind
	KindSpec func(kind string) *Spec // the fields of a kind; nil where it has none

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
	Input string // JSON: what webhook.body holds
	Want  string // JSON: the outputs; "" where the example only has to decode
}

// Context is what decoding needs to know.
type Context struct {
	Scope *expr.Scope // names that expressions may read
	Owner any         // what the package that started the decoding needs in its own blocks
}

// Output declares a value that actions of this kind return.
func (s *Spec) Output(name string, t cty.Type, doc string) {
	s.outputs = append(s.outputs, Output{Name: name, Type: t, Doc: doc})
}

// AnyOutput declares that the outputs' names are not known at load.
func (s *Spec) AnyOutput() { s.anyOut = true }

// Example adds a documented use.
func (s *Spec) Example(e Example) { s.examples = append(s.examples, e) }

// Check adds a check that runs after the body was decoded without errors and
// all its fixed values are known.
func (s *Spec) Check(f func(c *Context, d *Decoded) hcl.Diagnostics) {
	s.checks = append(s.checks, f)
}

// Then runs f after the fields declared so far were decoded and before the
// later ones are; it may change the context's scope for these.
func (s *Spec) Then(f func(c *Context)) {
	s.fields = append(s.fields, &Field{step: f})
}

// Fields lists the declared fields in their order.
func (s *Spec) Fields() []*Field {
	out := make([]*Field, 0, len(s.fields))
	for _, f := range s.fields {
		if f.step == nil {
			out = append(out, f)
		}
	}
	return out
}

// Outputs lists what actions of this kind return.
func (s *Spec) Outputs() []Output { return s.outputs }

// OutputType is the type of what stands under an action's name.
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

// Option changes a field's declaration.
type Option func(*Field)

// Required says that the field must be given.
func Required() Option { return func(f *Field) { f.Required = true } }

// Default documents the value that holds when the field is left out. For
// fixed fields the destination holds it before decoding, and it is taken from
// there; say it here only for expressions.
func Default(text string) Option { return func(f *Field) { f.Default = text } }

// OneOf lists the only values that a text may have.
func OneOf(values ...string) Option { return func(f *Field) { f.Enum = values } }

// Secret says that the value of a fixed attribute may come from a secret:
// whoever declares it keeps the value out of messages, logs and addresses.
func Secret() Option { return func(f *Field) { f.secret = true } }

// Escape says that the value is markup: texts of the run that are put into it
// pass through the function, and what the file says itself stays as it is; see
// expr.Scope.WithEscape. It is for attributes that may read the run.
func Escape(escape func(text string) string) Option {
	return func(f *Field) { f.escape = escape }
}

// Shown says how a text of an escaped attribute is kept as an input of the
// action, for escapes that only the action reads.
func Shown(shown func(text string) string) Option {
	return func(f *Field) { f.shown = shown }
}

// Once says that a block may stand once, whatever its kind.
func Once() Option { return func(f *Field) { f.Block.Repeated = false } }

// Group puts a field under a heading of the reference.
func Group(name string) Option { return func(f *Field) { f.Group = name } }

func (s *Spec) add(f *Field, options []Option) *Field {
	for _, o := range options {
		o(f)
	}
	s.fields = append(s.fields, f)
	return f
}
