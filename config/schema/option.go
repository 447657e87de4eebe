package schema

// Option changes a field's declaration.
type Option struct {
	required bool         // the field is needed even if the block does not have it
	apply    func(*Field) // nil for no change
}

// Required makes the field required.
func Required() Option { return Option{required: true} }

// Default documents the value of a field that is left out. The default of a fixed
// field is the value of its destination before decoding; use this option only for
// expressions.
func Default(text string) Option { return Option{apply: func(f *Field) { f.Default = text }} }

// Dynamic documents that an attribute with its own decoder may read the run.
func Dynamic() Option { return Option{apply: func(f *Field) { f.Dynamic = true }} }

// TypeName documents the type of an attribute that accepts several.
func TypeName(name string) Option { return Option{apply: func(f *Field) { f.Type = name }} }

// OneOf lists the only values that a text may have.
func OneOf(values ...string) Option { return Option{apply: func(f *Field) { f.Enum = values }} }

// Secret allows the value of a fixed attribute to come from a secret. The package
// that declares it must keep the value out of messages, logs and addresses.
func Secret() Option { return Option{apply: func(f *Field) { f.secret = true }} }

// NotNull declares that null is no value of an attribute that may read the run,
// although the attribute may be left out. Null is no value of required attributes
// either.
func NotNull() Option { return Option{apply: func(f *Field) { f.notNull = true }} }

// Nullable declares that a required attribute that may read the run may be null.
func Nullable() Option { return Option{apply: func(f *Field) { f.nullable = true }} }

// Escape declares that the value is markup: the function escapes texts of the run
// that are inserted into it, and texts of the file stay as they are; see
// expr.Scope.WithEscape. It is for attributes that may read the run.
func Escape(escape func(text string) string) Option {
	return Option{apply: func(f *Field) { f.escape = escape }}
}

// URL declares that the value is a URL: values of the run inside a template are
// marked, and urltext.Join, which each reader of the value calls, keeps them in
// their place; see expr.CompileURL. It is for attributes that may read the run.
func URL() Option { return Option{apply: func(f *Field) { f.isURL = true }} }

// URLMembers declares that the value is an object in which members of these names, in
// any case, are URLs; see expr.CompileURLMembers. Each reader of them calls
// urltext.Join. It is for attributes that may read the run.
func URLMembers(names ...string) Option {
	return Option{apply: func(f *Field) { f.urlMembers = names }}
}

// Shown changes the texts of an escaped attribute that are stored as inputs of the
// action, for escapes that only the action understands.
func Shown(shown func(text string) string) Option {
	return Option{apply: func(f *Field) { f.shown = shown }}
}

// Kept declares that outputs of the action never repeat the value, such as the
// credentials of a request. It is for attributes that may read the run.
func Kept() Option { return Option{apply: func(f *Field) { f.kept = true }} }

// Once allows one block, for all kinds together.
func Once() Option { return Option{apply: func(f *Field) { f.Block.Repeated = false }} }

// Group puts a field under a heading of the reference.
func Group(name string) Option { return Option{apply: func(f *Field) { f.Group = name }} }
