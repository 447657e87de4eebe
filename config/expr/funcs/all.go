package funcs

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Func is one function with its documentation.
type Func struct {
	Name    string // the name in a call
	Doc     string // one or more full sentences
	Group   string // the heading of its section in the reference
	Params  string // its signature, for example "join(separator, lists...)"
	Impl    function.Function
	Example Example
}

// Example is a call and its result, both written as HCL expressions. The tests
// of this package run every example.
type Example struct {
	Call, Want string
}

// Options gives functions access to the environment and to files. With the zero
// value the functions can be listed and documented, but env and file return an
// error.
type Options struct {
	// Env returns the value of an environment variable and whether it is set.
	Env func(name string) (string, bool)
	// ReadFile returns the bytes of the file that a flow file names. A relative
	// path is relative to that flow file.
	ReadFile func(path string) ([]byte, error)
	// AllowUnset makes env return an unknown string instead of an error for a
	// variable that is not set and has no default. It is for checking files on
	// a machine that does not run them.
	AllowUnset bool
}

// All returns every function, sorted by name.
func All(opts Options) []Func {
	groups := []struct {
		name    string
		entries [][]entry
	}{
		{"Text", [][]entry{caseFuncs(), cutFuncs(), searchFuncs(), buildFuncs()}},
		{"Collections", [][]entry{elementFuncs(), listFuncs(), mapFuncs(), setFuncs(), reduceFuncs()}},
		{"Numbers", [][]entry{numberFuncs()}},
		{"Conversion", [][]entry{convertFuncs()}},
		{"Encoding", [][]entry{encodingFuncs(), escapeFuncs()}},
		{"Hashes", [][]entry{hashFuncs()}},
		{"Redaction", [][]entry{redactionFuncs()}},
		{"Time", [][]entry{timeFuncs()}},
		{"Loading", [][]entry{loadFuncs(opts)}},
		{"Links", [][]entry{linkFuncs(nil)}},
	}
	var all []Func
	for _, group := range groups {
		for _, e := range slices.Concat(group.entries...) {
			all = append(all, e.buildFunc(group.name))
		}
	}
	slices.SortFunc(all, func(a, b Func) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Table returns every function by name, ready for an hcl.EvalContext.
func Table(opts Options) map[string]function.Function {
	table := make(map[string]function.Function)
	for _, f := range All(opts) {
		table[f.Name] = f.Impl
	}
	return table
}

// TablePerFile returns the functions that use the options, by name. They differ
// between folders of flow files.
func TablePerFile(opts Options) map[string]function.Function {
	table := make(map[string]function.Function)
	for _, e := range loadFuncs(opts) {
		table[e.Name] = e.buildFunc("Loading").Impl
	}
	return table
}

// LinkFunction returns link_url for one run, which makes the link of a contact
// to a flow. The link_url of the table fails, because a link contains the
// contact of a run.
func LinkFunction(makeLink func(flow, email string) (string, error)) function.Function {
	return linkFuncs(makeLink)[0].buildFunc("Links").Impl
}

// LinkURL is the name of the function that makes the link of a contact.
const LinkURL = "link_url"

// UnknownLinkFunction returns link_url for the check of an expression before a run
// evaluates it.
func UnknownLinkFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "flow", Type: cty.String}, {Name: "email", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl:   func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil },
	})
}

// entry is a function as its group declares it, before wrapFunction wraps it.
type entry struct {
	Func
	check argCheck
}

// newEntry declares a function. Its name is the part of params before the
// parenthesis.
func newEntry(params, doc string, impl function.Function, call, want string) entry {
	name, _, _ := strings.Cut(params, "(")
	return entry{Func: Func{
		Name:    name,
		Doc:     doc,
		Params:  params,
		Impl:    impl,
		Example: Example{Call: call, Want: want},
	}}
}

// withCheck adds a check of the arguments that runs before the call.
func (e entry) withCheck(c argCheck) entry {
	e.check = c
	return e
}

func (e entry) buildFunc(group string) Func {
	f := e.Func
	f.Group = group
	f.Impl = wrapFunction(f, e.check)
	return f
}

// paramNames returns the names in a signature: map, key and default for
// "lookup(map, key[, default])".
func paramNames(signature string) []string {
	_, list, _ := strings.Cut(signature, "(")
	return strings.FieldsFunc(list, func(c rune) bool { return strings.ContainsRune("[]., )", c) })
}
