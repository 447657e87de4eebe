package funcs_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// unchangedTexts are texts that cty would change: d is "e" and an accent, which cty
// would make "é", and s is the sign of an ångström, which it would make a letter.
func unchangedTexts() map[string]cty.Value {
	return map[string]cty.Value{
		"d": ctytext.Value("e\u0301"), "s": ctytext.Value("\u212b"), "accent": ctytext.Value("\u0301"), "mark": ctytext.Value("x\u0302"),
		"o":     cty.ObjectVal(map[string]cty.Value{ctytext.Encode("e\u0301"): cty.NumberIntVal(1), "\u00e9": cty.NumberIntVal(2)}),
		"range": ctytext.Value("^e[\u0300-\u0310]$"), "members": ctytext.Value("(?P<first>.)(?P<second>.)"),
		"csv":  ctytext.Value("\ufeffe\u0301,b\n\"\u0301,\",\u212b\n"),
		"json": ctytext.Value("{\"e\u0301\": \"\u212b\"}"),
		"list": cty.ListVal([]cty.Value{ctytext.Value("\u0416"), ctytext.Value("\u212b"), ctytext.Value("e\u0301")}),
		"form": ctytext.Value("%s\u0301|%4s|%.1s|%-3s|%q|%v|%5d|%[1]s"),
	}
}

// withoutText are the functions that neither take nor return texts.
var withoutText = []string{
	"abs", "ceil", "floor", "log", "max", "min", "parseint", "pow", "signum", "range", "sum", "alltrue", "anytrue",
	"tobool", "tonumber", "timeadd", "timecmp", "env", "file", "filebase64", "link_url",
}

// TestTextsStayInFunctions calls every function with texts that cty would change, and
// expects results in JSON. A new function needs a line here or in withoutText.
func TestTextsStayInFunctions(t *testing.T) {
	t.Parallel()
	cases := map[string][2]string{
		"lower":           {`lower(upper("${d}${s}"))`, `"e\u0301å"`},
		"upper":           {`upper(d)`, `"E\u0301"`},
		"title":           {`title("${d}a ${s} x")`, `"E\u0301a \u212b X"`},
		"strrev":          {`strrev("${s}${d}x")`, `"xe\u0301\u212b"`},
		"chomp":           {`chomp("${d}\r\n")`, `"e\u0301"`},
		"trimspace":       {`trimspace(" ${s} ")`, `"\u212b"`},
		"trim":            {`trim("${s}${mark}${s}", "${s}")`, `"x\u0302"`},
		"trimprefix":      {`trimprefix("${d}${mark}", d)`, `"x\u0302"`},
		"trimsuffix":      {`trimsuffix("${d}${mark}", mark)`, `"e\u0301"`},
		"substr":          {`[substr("${s}${d}x", 0, 1), substr("${s}${d}x", 1, 1), substr("x${s}${d}", -1, 1)]`, `["\u212b", "e\u0301", "e\u0301"]`},
		"split":           {`split(d, "a${d}b")`, `["a", "b"]`},
		"startswith":      {`startswith("${d}${mark}", "e")`, `true`},
		"endswith":        {`endswith("${d}${mark}", mark)`, `true`},
		"strcontains":     {`strcontains("${d}${mark}", accent)`, `true`},
		"regex":           {`[regex("^..$", d), regex(range, d), regex("(.)(.)", "${s}${s}"), regex(members, d)]`, `["e\u0301", "e\u0301", ["\u212b", "\u212b"], {"first": "e", "second": "\u0301"}]`},
		"regexall":        {`regexall(".", "${d}${s}")`, `["e", "\u0301", "\u212b"]`},
		"replace":         {`replace("${d}${mark}", "/^(.)./", "$${1}${s}")`, `"e\u212bx\u0302"`},
		"join":            {`join(d, [s, mark])`, `"\u212be\u0301x\u0302"`},
		"indent":          {`indent(1, "${d}\n${accent}")`, `"e\u0301\n \u0301"`},
		"format":          {`format(form, d, s, "${s}x", d, s, d, 7)`, `"e\u0301\u0301|   \u212b|\u212b|e\u0301  |\"\u212b\"|e\u0301|    7|e\u0301"`},
		"formatlist":      {`formatlist("%2s%s", [d, "a"], s)`, `[" e\u0301\u212b", " a\u212b"]`},
		"length":          {`length("${d}${s}")`, `2`},
		"contains":        {`contains([d], "é")`, `true`},
		"index":           {`index(["a", "é"], d)`, `1`},
		"element":         {`element([d], 0)`, `"e\u0301"`},
		"lookup":          {`[lookup(o, d), lookup(o, "é"), lookup(o, "e${accent}")]`, `[1, 2, 1]`},
		"one":             {`one([d])`, `"e\u0301"`},
		"coalesce":        {`coalesce("", s)`, `"\u212b"`},
		"coalescelist":    {`coalescelist([], [s])`, `["\u212b"]`},
		"concat":          {`concat([d], [s])`, `["e\u0301", "\u212b"]`},
		"compact":         {`compact(["", d])`, `["e\u0301"]`},
		"distinct":        {`distinct([d, "é", format("%s%s", d, mark), join("", [d, mark])])`, `["e\u0301", "\u00e9", "e\u0301x\u0302"]`},
		"flatten":         {`flatten([[d]])`, `["e\u0301"]`},
		"reverse":         {`reverse([d, s])`, `["\u212b", "e\u0301"]`},
		"slice":           {`slice([d, s], 1, 2)`, `["\u212b"]`},
		"sort":            {`sort(list)`, `["e\u0301", "\u0416", "\u212b"]`},
		"chunklist":       {`chunklist([d], 1)`, `[["e\u0301"]]`},
		"matchkeys":       {`matchkeys([s, "x"], [d, "a"], ["e${accent}"])`, `["\u212b"]`},
		"keys":            {`length(keys(o))`, `2`},
		"values":          {`sum(values(o))`, `3`},
		"merge":           {`merge(o, { (d) = s })`, `{"e\u0301": "\u212b", "\u00e9": 2}`},
		"zipmap":          {`zipmap([d, "é"], [s, 1])`, `{"e\u0301": "\u212b", "\u00e9": 1}`},
		"transpose":       {`transpose({ (d) = [s] })`, `{"\u212b": ["e\u0301"]}`},
		"setunion":        {`setunion([d], ["e${accent}"])`, `["e\u0301"]`},
		"setintersection": {`setintersection([d, s], [d])`, `["e\u0301"]`},
		"setsubtract":     {`setsubtract([d, s], [d])`, `["\u212b"]`},
		"setproduct":      {`setproduct([d], [s])`, `[["e\u0301", "\u212b"]]`},
		"tostring":        {`tostring(d)`, `"e\u0301"`},
		"tolist":          {`tolist([d])`, `["e\u0301"]`},
		"tomap":           {`tomap({ (d) = s })`, `{"e\u0301": "\u212b"}`},
		"toset":           {`toset([d])`, `["e\u0301"]`},
		"try":             {`try(o.none, d)`, `"e\u0301"`},
		"can":             {`can(regex("^..$", d))`, `true`},
		"base64encode":    {`base64encode(d)`, `"ZcyB"`},
		"base64decode":    {`base64decode("ZcyB")`, `"e\u0301"`},
		"base64urlencode": {`base64urlencode(s)`, `"4oSr"`},
		"base64urldecode": {`base64urldecode("4oSr")`, `"\u212b"`},
		"csvdecode":       {`csvdecode(csv)`, `[{"e\u0301": "\u0301,", "b": "\u212b"}]`},
		"jsondecode":      {`jsondecode(json)`, `{"e\u0301": "\u212b"}`},
		"jsonencode":      {`jsonencode({ (d) = s })`, `"{\"e\u0301\":\"\u212b\"}"`},
		"urlencode":       {`urlencode(s)`, `"%E2%84%AB"`},
		"urlpath":         {`urlpath(d)`, `"e%CC%81"`},
		"urldecode":       {`urldecode("e%CC%81")`, `"e\u0301"`},
		"unescaped":       {`unescaped(d)`, `"e\u0301"`},
		"nonsensitive":    {`nonsensitive(d)`, `"e\u0301"`},
		"md5":             {`md5(s)`, `"36eb567f5ce0309e24ce1aa94b3073ae"`},
		"sha1":            {`sha1(s) == sha1("Å")`, `false`},
		"sha256":          {`sha256(d) == sha256("é")`, `false`},
		"sha512":          {`sha512(d) == sha512("é")`, `false`},
		"base64sha256":    {`base64sha256(d) == base64sha256("é")`, `false`},
		"base64sha512":    {`base64sha512(d) == base64sha512("é")`, `false`},
		"hmac":            {`hmac("sha256", d, s) == hmac("sha256", "é", "Å")`, `false`},
		"uuidv5":          {`uuidv5("url", d) == uuidv5("url", "é")`, `false`},
		"formatdate":      {`formatdate("'${d}' YYYY", "2026-01-02T03:04:05Z")`, `"e\u0301 2026"`},
		"parsetime":       {`parsetime("'${d}' YYYY", "${d} 2026")`, `"2026-01-01T00:00:00Z"`},
	}
	for _, f := range funcs.All(world()) {
		c, ok := cases[f.Name]
		if !ok {
			if !slices.Contains(withoutText, f.Name) {
				t.Errorf("%s has no case", f.Name)
			}
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(decodeValue(mustEval(t, c[0], unchangedTexts())))
			var want any
			if err == nil {
				err = json.Unmarshal([]byte(c[1]), &want)
			}
			wanted, _ := json.Marshal(want)
			if err != nil || string(got) != string(wanted) {
				t.Errorf("%s is %+q, want %+q (%v)", c[0], got, wanted, err)
			}
		})
	}
}

// decodeValue returns a value as it leaves cty.
func decodeValue(v cty.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return ctytext.String(v)
	case v.Type() == cty.Number:
		f, _ := v.AsBigFloat().Float64()
		return f
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type().IsObjectType() || v.Type().IsMapType():
		out := map[string]any{}
		for name, member := range v.AsValueMap() {
			out[ctytext.Decode(name)] = decodeValue(member)
		}
		return out
	}
	out := []any{}
	for _, element := range v.AsValueSlice() {
		out = append(out, decodeValue(element))
	}
	return out
}
