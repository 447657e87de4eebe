package funcs_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestText(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"upper":                         {`upper("grün")`, `"GRÜN"`},
		"substr of what a reader sees":  {`substr("e\u0301a👨‍👩‍👧b", 1, 2)`, `"a👨‍👩‍👧"`},
		"substr to the end":             {`substr("hello", 2, -1)`, `"llo"`},
		"substr past the end":           {`substr("hello", 9, 3)`, `""`},
		"substr from the end, nothing":  {`substr("hello", -3, 0)`, `""`},
		"substr before the start":       {`substr("hello", -9, 2)`, `"he"`},
		"substr of nothing":             {`substr("", 0, 5)`, `""`},
		"substr with a fraction":        {`substr("hello", 0.5, 1)`, `error: whole number`},
		"split without separator":       {`split("", "aü")`, `["a", "ü"]`},
		"split of nothing":              {`split(",", "")`, `[""]`},
		"join of lists and numbers":     {`join("-", ["a"], [], [1, 2])`, `"a-1-2"`},
		"join with null":                {`join("-", ["a", null])`, `error: null`},
		"chomp keeps inner newlines":    {`chomp("a\nb\r\n")`, `"a\nb"`},
		"trimprefix once":               {`trimprefix("ababc", "ab")`, `"abc"`},
		"startswith nothing":            {`startswith("a", "")`, `true`},
		"endswith longer":               {`endswith("a", "ba")`, `false`},
		"strcontains case":              {`strcontains("Hello", "hell")`, `false`},
		"strrev with accents":           {`strrev("noe\u0308l")`, `"le\u0308on"`},
		"indent":                        {`indent(4, "a\n\nb")`, `"a\n    \n    b"`},
		"indent negative":               {`indent(-1, "a\nb")`, `error: whole number of spaces`},
		"null text":                     {`upper(null)`, `error: "text" parameter: argument must not be null`},
		"replace literally":             {`replace("1+1=2", "+", " plus ")`, `"1 plus 1=2"`},
		"replace nothing":               {`replace("ab", "", "-")`, `"-a-b-"`},
		"replace a lone slash":          {`replace("a/b/c", "/", ".")`, `"a.b.c"`},
		"replace an empty pattern":      {`replace("ab", "//", "-")`, `"-a-b-"`},
		"replace with a named group":    {`replace("7 EUR", "/(?P<n>\\d+) (?P<c>\\w+)/", "$${c} $${n}")`, `"EUR 7"`},
		"replace with a broken pattern": {`replace("a", "/(/", "b")`, `error: missing closing )`},
		"regex without groups":          {`regex("[0-9]+", "SHOP-17-2")`, `"17"`},
		"regex with a missing group":    {`regex("(a)|(b)", "b")`, `[null, "b"]`},
		"regex without match":           {`regex("x", "abc")`, `error: did not match`},
		"can regex":                     {`can(regex("^[a-z]+$", "abc"))`, `true`},
		"regexall with groups":          {`regexall("(\\w)=(\\d)", "a=1 b=2")`, `[["a", "1"], ["b", "2"]]`},
		"regexall without match":        {`regexall("x", "abc")`, `[]`},
		"regex mixes groups":            {`regex("(a)(?P<b>b)", "ab")`, `error: cannot mix`},
	})
}

func TestFormat(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"verbs":              {`format("%s %q %d %x %.1f %t %v %% %5s|%-5s|", "a", "b", 10, 255, 2.25, true, [1, "x"], "r", "l")`, `"a \"b\" 10 ff 2.2 true [1,\"x\"] %     r|l    |"`},
		"index":              {`format("%[2]s %[1]s %s", "a", "b")`, `"b a b"`},
		"width with zeros":   {`format("%08.3f", 3.14159)`, `"0003.142"`},
		"null":               {`format("%v", null)`, `"null"`},
		"too few":            {`format("%s %s", "a")`, `error: not enough arguments`},
		"too many":           {`format("%s", "a", "b")`, `error: too many arguments`},
		"unknown verb":       {`format("%z", "a")`, `error: unsupported format verb`},
		"fraction as whole":  {`format("%d", 1.5)`, `error: integer is required`},
		"widest":             {`length(format("%10000s", "a"))`, `10000`},
		"too wide":           {`format("%10001s", "a")`, `error: at most 10000`},
		"too precise":        {`format("%.20000f", 1)`, `error: at most 10000`},
		"width beyond int":   {`format("%99999999999999999999999d", 1)`, `error: at most 10000`},
		"long digits":        {`format("%d", join("", [for i in range(1001) : "1"]))`, `error: at most 1000 digits`},
		"list":               {`formatlist("%s@%s", ["a", "b"], "example.com")`, `["a@example.com", "b@example.com"]`},
		"list of nothing":    {`formatlist("%s", [])`, `[]`},
		"lists that differ":  {`formatlist("%s%s", ["a"], ["b", "c"])`, `error: length`},
		"list without lists": {`formatlist("%s", "a")`, `["a"]`},
	})
}

// TestTextIsBounded calls functions whose results would be gigabytes.
func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{
		"mib":   cty.StringVal(strings.Repeat("a", 1<<20)),
		"lines": cty.StringVal(strings.Repeat("\n", 200_000)),
		"wide":  cty.StringVal(strings.Repeat("%9999s", 2000)),
		"many":  cty.StringVal(strings.Repeat("%[1]s", 20)),
		"items": cty.ListVal(slicesRepeat(cty.StringVal("a"), 50_000)),
	}
	cases := map[string][2]string{
		"join":                   {`join(mib, items)`, "10 MiB"},
		"replace":                {`replace(mib, "a", "aaaaaaaaaaaaaaaaaaaa")`, "10 MiB"},
		"replace between":        {`replace(mib, "", "aaaaaaaaaaaaaaaaaaaa")`, "10 MiB"},
		"replace by pattern":     {`replace(substr(mib, 0, 90000), "/a/", substr(mib, 0, 90000))`, "10 MiB"},
		"replace too often":      {`replace(mib, "/a/", "aaaaaaaaaaaaaaaaaaaa")`, "100000 times"},
		"replace by groups":      {`replace(mib, "/(a+)/", "$1$1$1$1$1$1$1$1$1$1$1")`, "10 MiB"},
		"indent":                 {`indent(200, lines)`, "10 MiB"},
		"indent far":             {`indent(1e300, lines)`, "whole number"},
		"format repeats":         {`format(many, mib)`, "10 MiB"},
		"formatlist repeats":     {`formatlist("%[2]s", items, mib)`, "10 MiB"},
		"formatlist of literals": {`formatlist("${substr(mib, 0, 1000)}%s", items)`, "10 MiB"},
		"formatlist wide":        {`formatlist("%9999s", items)`, "10 MiB"},
		"split":                  {`split("", mib)`, "100000 elements"},
		"regexall":               {`regexall("a", mib)`, "100000 elements"},
		"csvdecode":              {`csvdecode(lines)`, "100000 elements"},
		"csvdecode of columns":   {`csvdecode(replace(substr(mib, 0, 100001), "a", ","))`, "100000 elements"},
		"jsondecode":             {`jsondecode("[${replace(substr(mib, 0, 100000), "a", "1,")}1]")`, "more than 100000 values"},
		"setproduct":             {`setproduct(items, items)`, "100000 elements"},
		"setproduct deep":        {`setproduct([for i in range(400) : [1, 2, 3, 4, 5, 6, 7, 8, 9]]...)`, "100000 elements"},
		"range":                  {`range(1e9)`, "1024"},
		"jsonencode":             {`jsonencode([for i in range(11) : mib])`, "10 MiB"},
		"urlencode":              {`urlencode(join("", [for i in range(4) : replace(mib, "a", "ü")]))`, "10 MiB"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, diags := eval(t, c[0], vars)
			if !diags.HasErrors() {
				t.Fatalf("%s gave a %s", c[0], got.Type().FriendlyName())
			}
			if text := diags.Error(); !strings.Contains(text, c[1]) || len(text) > 1000 {
				t.Fatalf("%.1000s\nwant an error with %q", text, c[1])
			}
		})
	}
	if _, diags := eval(t, `format(wide)`, vars); !diags.HasErrors() {
		t.Error("a format of 20 MB of padding without values is accepted")
	}
}

// TestLargeButAllowed tests that results within the limits are allowed.
func TestLargeButAllowed(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{"mib": cty.StringVal(strings.Repeat("ab", 1<<19))}
	for source, size := range map[string]int{
		`format("%s%s%s%s%s%s%s%s%s", mib, mib, mib, mib, mib, mib, mib, mib, mib)`:     9 << 20,
		`replace(mib, "ab", "0123456789")`:                                              5 << 20,
		`replace(mib, "/b+/", "")`:                                                      1 << 19,
		`replace(mib, "/$/", "$0$0$0$0$0$0$0$0$0$0$0$0!")`:                              1<<20 + 1,
		`replace(substr(mib, 0, 90000), "/a(b)/", "` + strings.Repeat("$1", 128) + `")`: 45_000 * 128,
		`join("", [mib, mib, mib])`:                                                     3 << 20,
		`jsonencode(mib)`:                                                               1<<20 + 2,
	} {
		got, diags := eval(t, source, vars)
		if diags.HasErrors() {
			t.Errorf("%.60s: %v", source, diags)
			continue
		}
		if n := len(got.AsString()); n != size {
			t.Errorf("%.60s has %d bytes, want %d", source, n, size)
		}
	}
}

func slicesRepeat(v cty.Value, n int) []cty.Value {
	values := make([]cty.Value, n)
	for i := range values {
		values[i] = v
	}
	return values
}
