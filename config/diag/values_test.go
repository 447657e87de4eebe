package diag_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestValues(t *testing.T) {
	t.Parallel()
	secret := cty.StringVal("hush").Mark("secret")
	variables := map[string]cty.Value{
		"s":       cty.StringVal("two  spaces\nline\x1b[0m"),
		"long":    cty.StringVal(strings.Repeat("é", 61)),
		"n":       cty.MustParseNumberVal("9007199254740993"),
		"tiny":    cty.MustParseNumberVal("1e-400"),
		"b":       cty.False,
		"list":    cty.ListVal([]cty.Value{cty.Zero}),
		"set":     cty.SetValEmpty(cty.String),
		"map":     cty.MapVal(map[string]cty.Value{"k": cty.Zero, "l": cty.Zero}),
		"tuple":   cty.TupleVal([]cty.Value{cty.Zero, cty.True}),
		"object":  cty.ObjectVal(map[string]cty.Value{"a b": cty.ObjectVal(map[string]cty.Value{"c": cty.Zero})}),
		"unknown": cty.UnknownVal(cty.String),
		"dynamic": cty.DynamicVal,
		"secret":  secret,
		"inside":  cty.ObjectVal(map[string]cty.Value{"open": cty.Zero, "deep": cty.TupleVal([]cty.Value{secret})}),
		"around":  cty.ObjectVal(map[string]cty.Value{"part": cty.StringVal("hush")}).Mark("secret"),
	}
	tests := []struct {
		name, expression string
		want             []string
	}{
		{"string", "s", []string{`s is "two  spaces\nline\x1b[0m"`}},
		{"long string", "long", []string{`long is "` + strings.Repeat("é", 60) + `"... (61 characters)`}},
		{"exact number", "n", []string{"n is 9007199254740993"}},
		{"tiny number", "tiny", []string{"tiny is 1e-400"}},
		{"bool", "b", []string{"b is false"}},
		{"list", "list", []string{"list is list of number with 1 element"}},
		{"element", "list[0]", []string{"list[0] is 0"}},
		{"empty set", "set", []string{"set is empty set of string"}},
		{"map", "map", []string{"map is map of number with 2 elements"}},
		{"tuple", "tuple", []string{"tuple is tuple with 2 elements"}},
		{"object", "object", []string{"object is object with 1 attribute"}},
		{"quoted key", `object["a b"].c`, []string{`object["a b"].c is 0`}},
		{"missing attribute falls back", "object.nope.x", []string{"object is object with 1 attribute"}},
		{"sorted and once", "n + b + n", []string{"b is false", "n is 9007199254740993"}},
		{"unknown", `"${unknown}${dynamic}"`, nil},
		{"marked", "secret", nil},
		{"marked inside", "inside", nil},
		{"open part beside a marked one", "inside.open", []string{"inside.open is 0"}},
		{"marked part", "inside.deep[0]", nil},
		{"part of a marked value", "around.part", nil},
		{"missing part of a marked value", "around.nope", nil},
		{"name of a loop", "[for x in list : x]", []string{"list is list of number with 1 element"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := shownValues(t, tt.expression, variables)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("values (-want +got):\n%s", d)
			}
		})
	}
}

func TestNullValue(t *testing.T) {
	t.Parallel()
	got := shownValues(t, "x", map[string]cty.Value{"x": cty.NullVal(cty.DynamicPseudoType)})
	if d := cmp.Diff([]string{"x is null"}, got); d != "" {
		t.Error(d)
	}
}

// shownValues returns the lines of the text with values.
func shownValues(t *testing.T, expression string, variables map[string]cty.Value) []string {
	t.Helper()
	src := "a = " + expression + "\n"
	parsed, diags := hclsyntax.ParseConfig([]byte(src), file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	expr := parsed.Body.(*hclsyntax.Body).Attributes["a"].Expr
	text := write(t, "text", diag.Report{
		Files: map[string][]byte{file: []byte(src)},
		Diags: hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "S", Subject: expr.Range().Ptr(),
			Expression: expr, EvalContext: &hcl.EvalContext{Variables: variables},
		}},
	}, diag.Options{})
	if strings.Contains(text, "hush") {
		t.Errorf("a marked value is shown:\n%s", text)
	}
	var shown []string
	for line := range strings.Lines(text) {
		if _, value, ok := strings.Cut(line, "    = "); ok {
			shown = append(shown, strings.TrimSuffix(value, "\n"))
		}
	}
	return shown
}
