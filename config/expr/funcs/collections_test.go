package funcs_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestPicking(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"length of a text":            {`length("e\u0301👨‍👩‍👧")`, `2`},
		"length of an object":         {`length({ a = 1, b = null })`, `2`},
		"length of a set":             {`length(toset(["a", "a"]))`, `1`},
		"length of a number":          {`length(5)`, `error: a number has no length`},
		"contains does not convert":   {`contains([1, 2], "1")`, `false`},
		"contains null":               {`contains([1, null], null)`, `true`},
		"index of the first":          {`index([1, 2, 2], 2)`, `1`},
		"contains in a map":           {`contains({ a = 1 }, 1)`, `error: a list or set is required`},
		"contains in nothing":         {`contains([], null)`, `false`},
		"index of null":               {`index(["a", null], null)`, `1`},
		"index of nothing":            {`index(["a"], "b")`, `error: no element of the list equals`},
		"index of a set":              {`index(toset(["a"]), "a")`, `error: a list is required`},
		"element starts over":         {`element(["a", "b"], 3)`, `"b"`},
		"element of nothing":          {`element([], 0)`, `error: empty list`},
		"lookup in an object":         {`lookup({ a = 1, b = "x" }, "b")`, `"x"`},
		"lookup in a map":             {`lookup(tomap({ a = 1 }), "a", 2)`, `1`},
		"lookup keeps the default":    {`lookup(tomap({ a = "x" }), "b", 2)`, `2`},
		"lookup of a null":            {`lookup({ a = null }, "a", 2)`, `null`},
		"lookup defaults to null":     {`lookup({ a = 1 }, "b", null)`, `null`},
		"lookup without default":      {`lookup({ a = 1 }, "b")`, `error: there is no key "b"`},
		"lookup in a map, no default": {`lookup(tomap({ a = 1 }), "b")`, `error: there is no key "b"`},
		"lookup with another default": {`lookup(tomap({ a = 1 }), "b", "x")`, `"x"`},
		"lookup with four":            {`lookup({}, "b", 1, 2)`, `error: at most three arguments`},
		"lookup in a list":            {`lookup(["a"], "b", 1)`, `error: a map or object is required`},
		"one of none":                 {`one([])`, `null`},
		"one of a set":                {`one(toset(["a", "a"]))`, `"a"`},
		"one of two":                  {`one(["a", "b"])`, `error: has 2 elements`},
		"one of a text":               {`one("a")`, `error: a list or set is required`},
		"coalesce keeps false":        {`coalesce(null, false, true)`, `false`},
		"coalesce keeps a number":     {`coalesce(null, 1, "a")`, `1`},
		"coalesce keeps an object":    {`coalesce("", { a = 1 }, ["a"])`, `{ a = 1 }`},
		"coalesce past another shape": {`coalesce(null, { a = 1 }, { b = ["x", 2] })`, `{ a = 1 }`},
		"coalesce of lists":           {`coalesce(null, ["a"])`, `["a"]`},
		"coalesce finds nothing":      {`coalesce(null, "")`, `error: null or an empty text`},
		"coalesce of nothing at all":  {`coalesce()`, `error: null or an empty text`},
		"coalescelist finds nothing":  {`coalescelist([], [])`, `error: no non-null`},
	})
}

func TestListsAndMaps(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"concat mixes":                 {`concat(["a"], [1, true])`, `["a", 1, true]`},
		"concat of typed lists":        {`concat(split(",", "a,b"), tolist([1]))`, `["a", "b", 1]`},
		"concat of a text":             {`concat(["a"], "b")`, `error: a list or set is required`},
		"compact":                      {`compact([null, "", "a"])`, `["a"]`},
		"compact keeps numbers":        {`compact([1, "", "a", false, null])`, `[1, "a", false]`},
		"distinct of numbers":          {`distinct([1, 1.0, 2])`, `[1, 2]`},
		"distinct of objects":          {`distinct([{ a = 1 }, { a = 1 }])`, `[{ a = 1 }]`},
		"distinct of nulls":            {`distinct([null, "a", null])`, `[null, "a"]`},
		"distinct of nothing":          {`distinct([])`, `[]`},
		"distinct of mixed":            {`distinct([1, "x", true, 1, "1", "true"])`, `[1, "x", true, "1", "true"]`},
		"distinct of shapes":           {`distinct([{ a = 1 }, { b = 1 }, ["a", 1], { a = 1 }])`, `[{ a = 1 }, { b = 1 }, ["a", 1]]`},
		"reverse of mixed":             {`reverse([1, "x", { a = 1 }])`, `[{ a = 1 }, "x", 1]`},
		"slice of mixed":               {`slice([1, "x", [2]], 1, 3)`, `["x", [2]]`},
		"flatten of mixed":             {`flatten([[1], ["x", [true]]])`, `[1, "x", true]`},
		"chunklist of mixed":           {`chunklist([1, "x", true], 2)`, `[[1, "x"], [true]]`},
		"chunklist of one":             {`chunklist([1, "x"], 0)`, `[[1, "x"]]`},
		"element of mixed":             {`element([1, "x"], 0)`, `1`},
		"merge of shapes":              {`merge({ a = 1, b = { c = 2 } }, { b = "x" })`, `{ a = 1, b = "x" }`},
		"merge of typed maps":          {`merge(tomap({ a = 1 }), tomap({ b = "x" }))`, `{ a = 1, b = "x" }`},
		"values of mixed":              {`values({ a = 1, b = "x" })`, `[1, "x"]`},
		"coalescelist of mixed":        {`coalescelist([], [1, "x"])`, `[1, "x"]`},
		"setunion of mixed":            {`setunion([1, "x"], ["1", true, 1])`, `[1, "x", "1", true]`},
		"setintersection of mixed":     {`setintersection([1, "x", { a = 1 }], [{ a = 1 }, "1", 1])`, `[1, { a = 1 }]`},
		"setproduct of mixed":          {`setproduct([1, "x"], [true])`, `[[1, true], ["x", true]]`},
		"one of mixed":                 {`one([{ a = 1 }])`, `{ a = 1 }`},
		"try keeps the type":           {`try({}.a, 5)`, `5`},
		"matchkeys of mixed":           {`matchkeys([1, "x", true], ["a", "b", "c"], ["c", "a"])`, `[1, true]`},
		"flatten keeps objects":        {`flatten([[{ a = [1] }], [[2]]])`, `[{ a = [1] }, 2]`},
		"slice out of range":           {`slice(["a"], 0, 2)`, `error: end index`},
		"sort as text":                 {`sort(["b", "B", 10, 9])`, `["10", "9", "B", "b"]`},
		"chunklist negative":           {`chunklist(["a"], -1)`, `error: positive`},
		"chunklist of a text":          {`chunklist("a", 1)`, `error: a list or set is required`},
		"range downwards":              {`range(3, 0)`, `[3, 2, 1]`},
		"range of one":                 {`range(3)`, `[0, 1, 2]`},
		"matchkeys does not convert":   {`matchkeys(["a", "b"], ["1", 2], [2])`, `["b"]`},
		"matchkeys finds none":         {`matchkeys(["a"], ["1"], [])`, `[]`},
		"matchkeys of unequal lengths": {`matchkeys(["a"], [], ["1"])`, `error: as many keys as values`},
		"merge with null":              {`merge({ a = 1 }, null)`, `{ a = 1 }`},
		"merge does not go deep":       {`merge({ a = { b = 1 } }, { a = { c = 2 } })`, `{ a = { c = 2 } }`},
		"zipmap of unequal lengths":    {`zipmap(["a"], [])`, `error: number of keys`},
		"transpose of nothing":         {`transpose({})`, `{}`},
		"transpose with null":          {`transpose({ a = [null] })`, `error: the list under "a" contains a null`},
		"setunion of nothing":          {`setunion([], [])`, `[]`},
		"setsubtract":                  {`setsubtract([1, 2], [2, "1"])`, `[1]`},
		"setproduct with nothing":      {`setproduct(["a"], [])`, `[]`},
		"alltrue of none":              {`alltrue([])`, `true`},
		"alltrue with null":            {`alltrue([true, null])`, `false`},
		"anytrue of none":              {`anytrue([])`, `false`},
		"anytrue with null":            {`anytrue([null, true])`, `true`},
		"sum of none":                  {`sum([])`, `0`},
		"sum of texts":                 {`sum(["1.5", 2])`, `3.5`},
		"sum of a set":                 {`sum(toset([1, 2]))`, `3`},
		"sum is exact":                 {`sum([9007199254740993, 18446744073709551615])`, `18455751272964292608`},
		"sum of what is no number":     {`sum([1, "x"])`, `error: element 1: a decimal number is required`},
		"sum with null":                {`sum([null])`, `error: element 0: a number is required`},
		"sum of a number":              {`sum(1)`, `error: a list or set of numbers is required`},
	})
}

// TestPartlyUnknown tests the known part of a result that is not wholly known.
func TestPartlyUnknown(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{
		"text": cty.UnknownVal(cty.String),
		"flag": cty.UnknownVal(cty.Bool),
		"any":  cty.DynamicVal,
	}
	unknownNumber := cty.UnknownVal(cty.Number).RefineNotNull()
	unknownBool := cty.UnknownVal(cty.Bool).RefineNotNull()
	for source, want := range map[string]cty.Value{
		`alltrue([flag, false])`:             cty.False,
		`alltrue([flag, true])`:              unknownBool,
		`anytrue([flag, true])`:              cty.True,
		`anytrue([flag, false])`:             unknownBool,
		`length([text, any])`:                cty.NumberIntVal(2),
		`length({ a = text })`:               cty.NumberIntVal(1),
		`length(any)`:                        unknownNumber,
		`index(["a", text], "a")`:            cty.Zero,
		`index([text, "a"], "a")`:            unknownNumber,
		`lookup({ a = text, b = "x" }, "b")`: cty.StringVal("x"),
		`one([text])`:                        cty.UnknownVal(cty.String),
		`coalesce("a", text)`:                cty.StringVal("a"),
		`coalesce("", text)`:                 cty.UnknownVal(cty.String).RefineNotNull(),
		`coalesce(null, any)`:                cty.DynamicVal,
		`sum([1, any])`:                      unknownNumber,
		`distinct([text, "a"])`:              cty.DynamicVal,
		`coalesce(text, 5)`:                  cty.DynamicVal,
		`concat([text], ["a"])[1]`:           cty.StringVal("a"),
		`jsonencode({ a = text })`:           cty.UnknownVal(cty.String).RefineNotNull(),
		`jsondecode(text)`:                   cty.DynamicVal,
		`regex("(?P<key>a)", text)`:          cty.UnknownVal(cty.Object(map[string]cty.Type{"key": cty.String})).RefineNotNull(),
		`try(any.a.b, "none")`:               cty.DynamicVal,
		`can(any.a)`:                         cty.UnknownVal(cty.Bool),
		`env("UNSET", text)`:                 cty.UnknownVal(cty.String),
	} {
		got := mustEval(t, source, vars)
		if !got.RawEquals(want) {
			t.Errorf("%s = %#v, want %#v", source, got, want)
		}
	}
}

// TestMarksStayWhereTheyBelong tests that building and splitting collections
// keeps the marks of secret elements, and marks no others.
func TestMarksStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	secret := cty.StringVal(token).Mark(mark)
	vars := map[string]cty.Value{
		"secret":  secret,
		"headers": cty.MapVal(map[string]cty.Value{"Accept": cty.StringVal("*/*"), "Authorization": secret}),
	}
	for source, marked := range map[string]bool{
		`merge({ a = 1 }, { b = secret }).a`:              false,
		`merge({ a = 1 }, { b = secret }).b`:              true,
		`lookup(headers, "Accept")`:                       false,
		`lookup(headers, "Authorization")`:                true,
		`lookup(headers, "X", "none")`:                    false,
		`concat([1], [secret])[0]`:                        false,
		`flatten([[1], [secret]])[1]`:                     true,
		`length([secret])`:                                false,
		`coalesce("a", secret)`:                           false,
		`coalesce("", secret)`:                            true,
		`coalesce(substr(secret, 0, 0), "a")`:             true,
		`jsonencode({ a = secret })`:                      true,
		`try(secret, "a")`:                                true,
		`try(tonumber(secret), 0)`:                        false,
		`[for k in keys(headers) : k][0]`:                 false,
		`hmac("sha256", secret, "a")`:                     true,
		`jsondecode(jsonencode({ a = 1, b = secret })).a`: true,
	} {
		if got := mustEval(t, source, vars); got.ContainsMarked() != marked {
			t.Errorf("%s is marked: %v, want %v", source, got.ContainsMarked(), marked)
		}
	}
}

// TestLongLists would take minutes if elements were compared pair by pair.
func TestLongLists(t *testing.T) {
	t.Parallel()
	values := make([]cty.Value, 60_000)
	for i := range values {
		values[i] = cty.NumberIntVal(int64(i))
	}
	vars := map[string]cty.Value{"list": cty.ListVal(values)}
	for _, source := range []string{`length(distinct(list))`, `length(matchkeys(list, list, list))`} {
		if got := mustEval(t, source, vars); !got.RawEquals(cty.NumberIntVal(60_000)) {
			t.Errorf("%s = %#v", source, got)
		}
	}
}
