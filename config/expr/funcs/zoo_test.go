package funcs_test

import (
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// zoo returns values that may stand in place of an argument by data or mistake.
func zoo() map[string]cty.Value {
	huge, _, _ := big.ParseFloat("1e9999", 10, 512, big.ToNearestEven)
	deep := cty.StringVal("core")
	for range 200 {
		deep = cty.TupleVal([]cty.Value{deep})
	}
	return map[string]cty.Value{
		"null":             cty.NullVal(cty.DynamicPseudoType),
		"null text":        cty.NullVal(cty.String),
		"null list":        cty.NullVal(cty.List(cty.String)),
		"empty text":       cty.StringVal(""),
		"text":             cty.StringVal("%s[*]/(\\"),
		"slashes":          cty.StringVal("/(/"),
		"percent":          cty.StringVal("%999999999s%[9]d%.99999999f%*d%"),
		"number text":      cty.StringVal("1e600000000"),
		"infinite text":    cty.StringVal("-Inf"),
		"bad UTF-8":        cty.StringVal("a\xff"),
		"zero":             cty.Zero,
		"negative":         cty.NumberIntVal(-7),
		"half":             cty.NumberFloatVal(0.5),
		"huge":             cty.NumberVal(huge),
		"infinity":         cty.PositiveInfinity,
		"true":             cty.True,
		"empty tuple":      cty.EmptyTupleVal,
		"empty object":     cty.EmptyObjectVal,
		"empty list":       cty.ListValEmpty(cty.String),
		"empty set":        cty.SetValEmpty(cty.DynamicPseudoType),
		"null in list":     cty.ListVal([]cty.Value{cty.NullVal(cty.String), cty.StringVal("a")}),
		"nulls":            cty.TupleVal([]cty.Value{cty.NullVal(cty.DynamicPseudoType)}),
		"unknown in list":  cty.ListVal([]cty.Value{cty.UnknownVal(cty.String)}),
		"huge in object":   cty.ObjectVal(map[string]cty.Value{"a": cty.NumberVal(huge)}),
		"huge in list":     cty.TupleVal([]cty.Value{cty.NumberVal(huge), cty.StringVal("a")}),
		"null map":         cty.NullVal(cty.Map(cty.String)),
		"map":              cty.MapVal(map[string]cty.Value{"a": cty.NullVal(cty.String)}),
		"deep":             deep,
		"mixed":            cty.TupleVal([]cty.Value{cty.True, cty.Zero, cty.EmptyObjectVal}),
		"unknown":          cty.DynamicVal,
		"unknown list":     cty.UnknownVal(cty.List(cty.DynamicPseudoType)),
		"marked in object": cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal(token).Mark(mark)}),
		"marked in list":   cty.ListVal([]cty.Value{cty.StringVal(token).Mark(mark)}),
		"marked null":      cty.NullVal(cty.DynamicPseudoType).Mark(mark),
	}
}

func TestNothingPanics(t *testing.T) {
	t.Parallel()
	animals := zoo()
	forEachArgument(t, func(t *testing.T, name string, args []cty.Value, i int, _ cty.Value) {
		for _, animal := range slices.Sorted(maps.Keys(animals)) {
			args[i] = animals[animal]
			got, diags := callWith(name, args)
			for _, diag := range diags {
				if strings.Contains(diag.Detail, "panicked") || strings.Contains(diag.Detail, "goroutine") {
					t.Errorf("argument %d = %s: %s", i, animal, diag.Detail)
				}
			}
			if diags.HasErrors() {
				continue
			}
			if !got.IsWhollyKnown() {
				if wholly(args) {
					t.Errorf("argument %d = %s: everything is known, but the result is %#v", i, animal, got)
				}
				continue
			}
			if plain, marks := got.UnmarkDeep(); len(marks) == 0 && strings.Contains(plain.GoString(), token) && name != "nonsensitive" {
				t.Errorf("argument %d = %s: unmarked in the result %#v", i, animal, got)
			}
		}
	})
}

func wholly(args []cty.Value) bool {
	return !slices.ContainsFunc(args, func(v cty.Value) bool { return !v.IsWhollyKnown() })
}
