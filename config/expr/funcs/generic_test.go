package funcs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

const (
	mark  = "sensitive"
	token = "hunter2"
)

// callWith evaluates a call with the arguments given as values.
func callWith(name string, args []cty.Value) (cty.Value, hcl.Diagnostics) {
	call := &hclsyntax.FunctionCallExpr{Name: name}
	for _, arg := range args {
		call.Args = append(call.Args, &hclsyntax.LiteralValueExpr{Val: arg})
	}
	return call.Value(&hcl.EvalContext{Functions: table()})
}

// exampleArgs returns the arguments and the result of the call in a function's
// example. The call may be inside another call.
func exampleArgs(t *testing.T, f funcs.Func) ([]cty.Value, cty.Value) {
	t.Helper()
	call := findCall(parse(t, f.Example.Call), f.Name)
	if call == nil {
		t.Fatalf("no call of %s in %s", f.Name, f.Example.Call)
	}
	ctx := &hcl.EvalContext{Functions: table()}
	var args []cty.Value
	for _, arg := range call.Args {
		value, diags := arg.Value(ctx)
		if diags.HasErrors() {
			value = cty.StringVal("stands for an expression that fails")
		}
		args = append(args, value)
	}
	result, diags := callWith(f.Name, args)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return args, result
}

func findCall(expr hclsyntax.Expression, name string) *hclsyntax.FunctionCallExpr {
	var found *hclsyntax.FunctionCallExpr
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		if call, ok := node.(*hclsyntax.FunctionCallExpr); ok && call.Name == name {
			found = call
		}
		return nil
	})
	return found
}

// forEachArgument runs a test for each argument of each function's example.
func forEachArgument(t *testing.T, test func(t *testing.T, name string, args []cty.Value, i int, result cty.Value)) {
	t.Helper()
	for _, f := range funcs.All(world()) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			args, result := exampleArgs(t, f)
			if len(args) == 0 {
				t.Fatal("the example has no arguments")
			}
			for i := range args {
				test(t, f.Name, slices.Clone(args), i, result)
			}
		})
	}
}

func TestMarksReachTheResult(t *testing.T) {
	t.Parallel()
	forEachArgument(t, func(t *testing.T, name string, args []cty.Value, i int, result cty.Value) {
		args[i] = args[i].Mark(mark)
		got, diags := callWith(name, args)
		if diags.HasErrors() {
			t.Fatalf("argument %d: %v", i, diags)
		}
		// The value of can's argument and of a skipped argument does not affect
		// the result.
		passedOver := name == "can" || name == funcs.Nonsensitive || name == "try" && i > 0 || name == "lookup" && i == 2 && !got.RawEquals(args[i]) || name == "env" && i == 1
		if !got.ContainsMarked() && !passedOver {
			t.Errorf("argument %d: the result lost the mark: %#v", i, got)
		}
		if plain, _ := got.UnmarkDeep(); !plain.RawEquals(result) {
			t.Errorf("argument %d: %#v became %#v", i, result, plain)
		}
	})
}

func TestUnknownArguments(t *testing.T) {
	t.Parallel()
	forEachArgument(t, func(t *testing.T, name string, args []cty.Value, i int, result cty.Value) {
		known := args[i]
		for _, unknown := range []cty.Value{cty.UnknownVal(known.Type()), cty.DynamicVal} {
			args[i] = unknown
			got, diags := callWith(name, args)
			if diags.HasErrors() {
				t.Fatalf("argument %d: %v", i, diags)
			}
			if errs := result.Type().TestConformance(got.Type()); errs != nil && !got.IsKnown() {
				t.Errorf("argument %d: the result is %#v, but becomes %#v", i, got, result)
			}
			if got.IsWhollyKnown() && !got.RawEquals(result) {
				t.Errorf("argument %d: the result is known as %#v, but becomes %#v", i, got, result)
			}
			args[i] = unknown.Mark(mark)
			got, _ = callWith(name, args)
			if !got.IsKnown() && !got.IsMarked() && name != "can" && name != funcs.Nonsensitive {
				t.Errorf("argument %d: the unknown result lost the mark", i)
			}
		}
	})
}

func TestErrorsKeepSecrets(t *testing.T) {
	t.Parallel()
	secrets := []cty.Value{
		cty.StringVal(token),
		cty.StringVal("(" + token),
		cty.ListVal([]cty.Value{cty.StringVal(token), cty.StringVal(token + "2")}),
		cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal(token)}),
		cty.TupleVal([]cty.Value{cty.StringVal(token), cty.True}),
	}
	forEachArgument(t, func(t *testing.T, name string, args []cty.Value, i int, _ cty.Value) {
		for _, secret := range secrets {
			args[i] = secret.Mark(mark)
			got, diags := callWith(name, args)
			for _, diag := range diags {
				if strings.Contains(diag.Summary+diag.Detail, token) {
					t.Errorf("argument %d: %s", i, diag.Detail)
				}
			}
			if plain, marks := got.UnmarkDeep(); len(marks) == 0 && strings.Contains(plain.GoString(), token) && name != funcs.Nonsensitive {
				t.Errorf("argument %d: unmarked in the result %#v", i, got)
			}
		}
	})
}

// TestErrorsStillHelp tests that errors not caused by the secret are shown.
func TestErrorsStillHelp(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{
		"secret": cty.StringVal(token).Mark(mark),
		"absent": cty.NullVal(cty.String).Mark(mark),
	}
	for source, want := range map[string]string{
		`tonumber(secret)`:          `"value" parameter: a decimal number is required`,
		`parseint(secret, 10)`:      `"text" parameter: the error is not shown because an argument is sensitive`,
		`timeadd(secret, "1h")`:     `"time" parameter: the error is not shown because an argument is sensitive`,
		`jsondecode(secret)`:        `"text" parameter: the error is not shown because an argument is sensitive`,
		`hmac("sha3", secret, "a")`: `there is no algorithm "sha3"`,
		`element(secret, 0)`:        `cannot read elements from string`,
		`upper(absent)`:             `"text" parameter: argument must not be null`,
		`index(["a"], secret)`:      `an argument is sensitive`,
		`try(tobool(secret))`:       `"value" parameter: the error is not shown because an argument is sensitive`,
	} {
		_, diags := eval(t, source, vars)
		if text := diags.Error(); !strings.Contains(text, want) || strings.Contains(text, token) {
			t.Errorf("%s: %s\nwant %q", source, text, want)
		}
	}
}

func TestWrongNumberOfArguments(t *testing.T) {
	t.Parallel()
	for _, f := range funcs.All(world()) {
		args, _ := exampleArgs(t, f)
		if _, diags := callWith(f.Name, nil); !diags.HasErrors() && f.Name != "merge" {
			t.Errorf("%s() is accepted", f.Name)
		}
		if strings.Contains(f.Params, "...") || f.Name == "range" {
			continue
		}
		many := append(slices.Clone(args), args[0], args[0], args[0])
		if _, diags := callWith(f.Name, many); !diags.HasErrors() {
			t.Errorf("%s is accepted with %d arguments", f.Params, len(many))
		}
	}
}
