package funcs_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// world returns the environment and the files of the tests.
func world() funcs.Options {
	environment := map[string]string{"SHOP_CURRENCY": "EUR", "EMPTY": "", "LATIN1": "Gr\xfc\xdfe"}
	files := map[string]string{"greeting.txt": "Hello!\n", "logo.png": "\x89PNG\xff"}
	return funcs.Options{
		Env: func(name string) (string, bool) {
			value, set := environment[name]
			return value, set
		},
		ReadFile: func(path string) ([]byte, error) {
			switch path {
			case "locked.txt":
				return nil, errors.New("permission denied")
			case "huge.txt":
				return make([]byte, 11<<20), nil
			}
			text, found := files[path]
			if !found {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return []byte(text), nil
		},
	}
}

func parse(t *testing.T, source string) hclsyntax.Expression {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("parsing %s: %v", source, diags)
	}
	return expr
}

// table is that of the world; making one for each of thousands of calls takes
// longer than the calls.
var table = sync.OnceValue(func() map[string]function.Function {
	functions := funcs.Table(world())
	functions["link_url"] = funcs.LinkFunction(func(flow, _ string) (string, error) {
		return "https://hooks.example.com/" + flow + "?c=Q3v1n8", nil
	})
	return functions
})

func evalWith(t *testing.T, opts funcs.Options, source string, vars map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	return parse(t, source).Value(&hcl.EvalContext{Functions: funcs.Table(opts), Variables: vars})
}

func eval(t *testing.T, source string, vars map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	return parse(t, source).Value(&hcl.EvalContext{Functions: table(), Variables: vars})
}

func mustEval(t *testing.T, source string, vars map[string]cty.Value) cty.Value {
	t.Helper()
	value, diags := eval(t, source, vars)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", source, diags)
	}
	return value
}

// same compares as a reader would: a list and a tuple of the same elements,
// or a set written as a list, are the same.
func same(got, want cty.Value) bool {
	if got.RawEquals(want) {
		return true
	}
	if got.IsNull() || want.IsNull() {
		return got.IsNull() && want.IsNull()
	}
	converted, err := convert.Convert(want, got.Type())
	if err != nil || !sameShape(got, want) {
		return false
	}
	return got.IsWhollyKnown() && got.Equals(converted).True()
}

// sameShape keeps convert from making "1" and 1 equal.
func sameShape(got, want cty.Value) bool {
	if !got.CanIterateElements() {
		return got.Type() == want.Type()
	}
	if !want.CanIterateElements() || got.LengthInt() != want.LengthInt() {
		return false
	}
	a, b := got.ElementIterator(), want.ElementIterator()
	for a.Next() && b.Next() {
		_, x := a.Element()
		_, y := b.Element()
		if !x.IsNull() && !y.IsNull() && !sameShape(x, y) {
			return false
		}
	}
	return true
}

// yields runs a table of expressions with their expected values. A want that
// begins with "error: " is part of an expected error message.
func yields(t *testing.T, cases map[string][2]string) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, want := c[0], c[1]
			got, diags := eval(t, call, nil)
			if message, fails := strings.CutPrefix(want, "error: "); fails {
				if !diags.HasErrors() {
					t.Fatalf("%s = %#v, want an error", call, got)
				}
				if text := diags.Error(); !strings.Contains(text, message) || strings.Contains(text, "goroutine") {
					t.Fatalf("%s: %s\nwant an error with %q", call, text, message)
				}
				return
			}
			if diags.HasErrors() {
				t.Fatalf("%s: %v", call, diags)
			}
			if wanted := mustEval(t, want, nil); !same(got, wanted) {
				t.Fatalf("%s = %#v, want %#v", call, got, wanted)
			}
		})
	}
}

func TestAllIsSortedAndDocumented(t *testing.T) {
	t.Parallel()
	all := funcs.All(funcs.Options{})
	if len(all) < 80 {
		t.Fatalf("only %d functions", len(all))
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
		if f.Group == "" {
			t.Errorf("%s has no group", f.Name)
		}
		if !strings.HasSuffix(f.Doc, ".") || strings.ToUpper(f.Doc[:1]) != f.Doc[:1] {
			t.Errorf("%s: the doc is not made of sentences: %q", f.Name, f.Doc)
		}
		if !strings.HasPrefix(f.Params, f.Name+"(") || !strings.HasSuffix(f.Params, ")") {
			t.Errorf("%s: signature %q", f.Name, f.Params)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names are not sorted, or one has the name: %v", names)
	}
}

// TestParamsMatchSignature compares the names in messages and the number of
// parameters with the reference.
func TestParamsMatchSignature(t *testing.T) {
	t.Parallel()
	for _, f := range funcs.All(funcs.Options{}) {
		inside := strings.TrimSuffix(strings.TrimPrefix(f.Params, f.Name+"("), ")")
		names := strings.Split(strings.NewReplacer("[", "", "]", "", "...", "", " ", "").Replace(inside), ",")
		params := f.Impl.Params()
		for i, p := range params {
			if i >= len(names) || p.Name != names[i] {
				t.Errorf("%s: parameter %d is called %q", f.Params, i, p.Name)
			}
		}
		optional := strings.ContainsAny(inside, "[") || strings.Contains(inside, "...")
		if variadic := f.Impl.VarParam() != nil; variadic != optional {
			t.Errorf("%s: takes more arguments: %v", f.Params, variadic)
		}
		if f.Impl.VarParam() == nil && len(names) != len(params) {
			t.Errorf("%s: has %d parameters", f.Params, len(params))
		}
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, f := range funcs.All(world()) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(f.Example.Call, f.Name+"(") {
				t.Fatalf("the example does not call the function: %s", f.Example.Call)
			}
			got, want := mustEval(t, f.Example.Call, nil), mustEval(t, f.Example.Want, nil)
			if !same(got, want) {
				t.Errorf("%s = %#v, want %#v", f.Example.Call, got, want)
			}
		})
	}
}

func TestTerraformNamesAreThere(t *testing.T) {
	t.Parallel()
	table := funcs.Table(funcs.Options{})
	const names = `abs ceil floor log max min parseint pow signum
		chomp endswith format formatlist indent join lower regex regexall replace split startswith strcontains
		strrev substr title trim trimprefix trimspace trimsuffix upper
		alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index
		keys length lookup matchkeys merge one range reverse setintersection setproduct setsubtract setunion
		slice sort sum transpose values zipmap
		tobool tolist tomap tonumber toset tostring try can
		base64decode base64encode csvdecode jsondecode jsonencode urlencode urldecode
		formatdate timeadd timecmp md5 sha1 sha256 sha512 base64sha256 base64sha512 uuidv5
		file filebase64 env hmac link_url`
	for name := range strings.FieldsSeq(names) {
		if _, there := table[name]; !there {
			t.Errorf("%s is missing", name)
		}
	}
	for _, absent := range []string{"jq", "timestamp", "uuid", "templatefile", "bcrypt"} {
		if _, there := table[absent]; there {
			t.Errorf("%s must not be offered here", absent)
		}
	}
}
