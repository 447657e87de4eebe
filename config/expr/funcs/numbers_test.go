package funcs_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"floor of a text":          {`floor("-5.9")`, `-6`},
		"ceil of a large one":      {`ceil(123456789012345678901234567890.5)`, `123456789012345678901234567891`},
		"signum of a fraction":     {`signum(0.25)`, `1`},
		"signum of a large one":    {`signum(-1e30)`, `-1`},
		"pow is exact":             {`pow(10, 23)`, `100000000000000000000000`},
		"pow of a negative base":   {`pow(-3, 3)`, `-27`},
		"pow to a fraction":        {`pow(16, 0.5)`, `4`},
		"pow to a negative":        {`pow(2, -1)`, `0.5`},
		"pow to nothing":           {`pow(0, 0)`, `1`},
		"pow beyond floats":        {`pow(10, 1000)`, `error: too large`},
		"pow of one, often":        {`pow(1, 1e100)`, `1`},
		"pow without result":       {`pow(-1, 0.5)`, `error: not a number`},
		"log 10":                   {`log(1000, 10)`, `3`},
		"log of zero":              {`log(0, 10)`, `error: not a number`},
		"log of a negative":        {`log(-1, 10)`, `error: not a number`},
		"log to the base of one":   {`log(1, 1)`, `error: not a number`},
		"max of a list":            {`max([1, 3, 2]...)`, `3`},
		"max of nothing":           {`max()`, `error: at least one number`},
		"parseint octal":           {`parseint("777", 8)`, `511`},
		"parseint large":           {`parseint("ffffffffffffffffffff", 16)`, `1208925819614629174706175`},
		"parseint wrong base":      {`parseint("1", 63)`, `error: between 2 and 62`},
		"parseint no digits":       {`parseint("12x", 10)`, `error: cannot parse`},
		"tonumber":                 {`tonumber("-1.5e-3")`, `-0.0015`},
		"tonumber of null":         {`tonumber(null)`, `null`},
		"tonumber of a bool":       {`tonumber(true)`, `error: cannot convert bool to number`},
		"tonumber of a word":       {`tonumber("twelve")`, `error: a decimal number is required`},
		"tonumber of nothing":      {`tonumber("")`, `error: a decimal number is required`},
		"tonumber of infinity":     {`tonumber("Inf")`, `error: a decimal number is required`},
		"tonumber hexadecimal":     {`tonumber("0x10")`, `error: a decimal number is required`},
		"tonumber of two signs":    {`tonumber("--1")`, `error: a decimal number is required`},
		"tonumber without digits":  {`tonumber("1e")`, `error: a decimal number is required`},
		"tonumber of a large one":  {`tonumber("1e400") > 1e399`, `true`},
		"tonumber of a huge one":   {`tonumber("1e1001")`, `error: exponent of at most 1000`},
		"tonumber of a bomb":       {`tonumber("1e600000000")`, `error: exponent of at most 1000`},
		"tonumber of a small bomb": {`tonumber("1e-99999999999999999999")`, `error: exponent of at most 1000`},
		"number from a bomb":       {`floor("1e600000000")`, `error: exponent of at most 1000`},
		"number from infinity":     {`abs("Inf")`, `error: infinity`},
		"list from a bomb":         {`tolist([1e1010, "a"])`, `error: exponent of at most 1000`},
	})
}

func TestLongNumbers(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{"digits": cty.StringVal(strings.Repeat("9", 1001)), "fits": cty.StringVal(strings.Repeat("9", 1000))}
	for _, source := range []string{`tonumber(digits)`, `parseint("${digits}9", 10)`, `jsondecode("[${digits}]")`, `jsondecode("0.${digits}")`, `sum([digits])`} {
		if _, diags := eval(t, source, vars); !diags.HasErrors() {
			t.Errorf("%s is accepted", source)
		}
	}
	for _, source := range []string{`tonumber(fits)`, `parseint(fits, 10)`, `jsondecode(fits)`} {
		mustEval(t, source, vars)
	}
}

func TestConversions(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"tobool of a number":      {`tobool(1)`, `error: cannot convert number to bool`},
		"tobool of a word":        {`tobool("yes")`, `error: only the strings "true" or "false"`},
		"tostring of a bool":      {`tostring(true)`, `"true"`},
		"tostring of null":        {`tostring(null)`, `null`},
		"tostring of a list":      {`tostring(["a"])`, `error: cannot convert tuple to string`},
		"tolist of a set":         {`tolist(toset(["b", "a"]))`, `["a", "b"]`},
		"tolist of a text":        {`tolist("a")`, `error: cannot convert string to list`},
		"tomap of an object":      {`tomap({ a = 1, b = "x" })`, `{ a = "1", b = "x" }`},
		"toset of numbers":        {`toset([1, 2, 1])`, `[1, 2]`},
		"try takes the first":     {`try("a", "b")`, `"a"`},
		"try passes over errors":  {`try(tonumber("x"), [][0], null, 1)`, `null`},
		"try without a way out":   {`try(tonumber("x"), {}.a)`, `error: every expression has an error`},
		"try tells all reasons":   {`try(tonumber("x"), {}.a)`, `error: does not have an attribute named "a"`},
		"try of nothing":          {`try()`, `error: at least one expression`},
		"try keeps types":         {`try({ a = [1] }, 1)`, `{ a = [1] }`},
		"can of an unknown name":  {`can(nothing.there)`, `false`},
		"can of null":             {`can(null)`, `true`},
		"try inside try":          {`try(try(try({}.a, {}.b), {}.c), "deep")`, `"deep"`},
		"a chain of forty, quick": {strings.Repeat("try(", 40) + "{}.a" + strings.Repeat(")", 39) + `, 1)`, `1`},
	})
}
