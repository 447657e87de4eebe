package funcs

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func encodingFuncs() []entry {
	return []entry{
		newEntry("base64encode(text)", "Returns the UTF-8 bytes of the text in base64 (RFC 4648, section 4).",
			textFunc(1, cty.String, base64Encode), `base64encode("Grüße")`, `"R3LDvMOfZQ=="`),
		newEntry("base64decode(text)", "Returns the text that is written in base64. Its bytes must be UTF-8.",
			textFunc(1, cty.String, base64Decode), `base64decode("R3LDvMOfZQ==")`, `"Grüße"`),
		newEntry("base64urlencode(text)", "Returns the UTF-8 bytes of the text in the base64 that is safe in addresses (RFC 4648, section 5), without padding, as in a JWT. Terraform has no such function.",
			textFunc(1, cty.String, base64URLEncode), `base64urlencode("a?b>c")`, `"YT9iPmM"`),
		newEntry("base64urldecode(text)", "Returns the text that is written in the base64 that is safe in addresses, padded or not. Its bytes must be UTF-8. Terraform has no such function.",
			textFunc(1, cty.String, base64URLDecode), `base64urldecode("eyJhbGciOiJub25lIn0")`, `"{\"alg\":\"none\"}"`),
		newEntry("csvdecode(text)", "Returns a list of objects, one for each line of the CSV (RFC 4180) but the first, which names their attributes. All values are texts.",
			stdlib.CSVDecodeFunc, `csvdecode("sku,qty\nL-1,2\nB-7,10\n")`, `[{ sku = "L-1", qty = "2" }, { sku = "B-7", qty = "10" }]`).withCheck(checkCSV),
		newEntry("jsondecode(text)", "Returns the value that the JSON text says. Refused are objects with the same name twice, nesting deeper than 64 and numbers of more than 1000 digits.",
			jsonDecodeFunc(), `jsondecode("{\"qty\": [1, 2.50, null]}")`, `{ qty = [1, 2.5, null] }`),
		newEntry("jsonencode(value)", "Returns the value as JSON without white space, names sorted. Numbers are exact and as short as they can be; <, > and & stand as they are, where Terraform writes \\u003c and so on.",
			jsonEncodeFunc(), `jsonencode({ b = [1.50, true, null], a = "R&D" })`, `"{\"a\":\"R&D\",\"b\":[1.5,true,null]}"`),
		newEntry("urlencode(text)", "Returns the text as it stands in the query of an address: a space becomes +, other special characters %XX.",
			textFunc(1, cty.String, urlEncode), `urlencode("lamp & bulb")`, `"lamp+%26+bulb"`),
		newEntry("urldecode(text)", "Returns the text that urlencode made this of. Its bytes must be UTF-8.",
			textFunc(1, cty.String, urlDecode), `urldecode("lamp+%26+bulb")`, `"lamp & bulb"`),
	}
}

func base64Encode(args []string) (cty.Value, error) {
	return cty.StringVal(base64.StdEncoding.EncodeToString([]byte(args[0]))), nil
}

func base64Decode(args []string) (cty.Value, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(args[0])
	if err != nil {
		if strings.ContainsAny(args[0], "-_") || len(args[0])%4 != 0 {
			return cty.NilVal, function.NewArgErrorf(0, "not padded base64; base64urldecode reads the kind with - and _ and without =")
		}
		return cty.NilVal, function.NewArgErrorf(0, "not base64: %s", err)
	}
	return toText(data)
}

func base64URLEncode(args []string) (cty.Value, error) {
	return cty.StringVal(base64.RawURLEncoding.EncodeToString([]byte(args[0]))), nil
}

func base64URLDecode(args []string) (cty.Value, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(args[0], "="))
	if err != nil {
		return cty.NilVal, function.NewArgErrorf(0, "not base64 with the alphabet for addresses: %s", err)
	}
	return toText(data)
}

func urlEncode(args []string) (cty.Value, error) {
	return cty.StringVal(url.QueryEscape(args[0])), nil
}

func urlDecode(args []string) (cty.Value, error) {
	text, err := url.QueryUnescape(args[0])
	if err != nil {
		return cty.NilVal, function.NewArgErrorf(0, "%s", err)
	}
	return toText([]byte(text))
}

// toText returns bytes as a text, if they are one.
func toText(data []byte) (cty.Value, error) {
	if !utf8.Valid(data) {
		return cty.NilVal, function.NewArgError(0, errors.New("what it holds is not UTF-8 text"))
	}
	return cty.StringVal(string(data)), nil
}

func checkCSV(args []cty.Value) error {
	text, _ := knownText(args[0])
	return checkElementCount(strings.Count(text, "\n"))
}

// Unescaped is the name of the function whose argument is not escaped.
const Unescaped = "unescaped"

// OnlyJoins tells whether a function only puts its arguments together, so that
// escaping these is as good as escaping what it returns, and lets what the file
// says among them stay as it is.
func OnlyJoins(name string) bool {
	switch name {
	case "join", "concat", "flatten", "coalesce", "try", "format", "indent", "trimspace", "chomp":
		return true
	}
	return false
}

func escapeFuncs() []entry {
	return []entry{
		newEntry(Unescaped+"(value)", "Returns the value, and keeps it as it is in attributes that escape the values of a run, such as the text of a Slack message: for markup that a flow has made itself, such as by jq, and never for what callers send. Anywhere else it changes nothing. Terraform has no such function.",
			unescapedFunc(), `unescaped("<b>")`, `"<b>"`),
	}
}

func unescapedFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true}},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
	})
}
