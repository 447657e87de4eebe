package funcs

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
	"github.com/webhook-gateway/gateway/internal/urltext"
)

func encodingFuncs() []entry {
	return []entry{
		newEntry("base64encode(text)", "Returns the UTF-8 bytes of the text in base64 (RFC 4648, section 4).",
			textFunc(1, cty.String, base64Encode), `base64encode("Grüße")`, `"R3LDvMOfZQ=="`),
		newEntry("base64decode(text)", "Returns the text encoded in base64. Its bytes must be UTF-8.",
			textFunc(1, cty.String, base64Decode), `base64decode("R3LDvMOfZQ==")`, `"Grüße"`),
		newEntry("base64urlencode(text)", "Returns the UTF-8 bytes of the text in URL-safe base64 (RFC 4648, section 5), without padding, as in a JWT. Terraform has no such function.",
			textFunc(1, cty.String, base64URLEncode), `base64urlencode("a?b>c")`, `"YT9iPmM"`),
		newEntry("base64urldecode(text)", "Returns the text encoded in URL-safe base64, with or without padding. Its bytes must be UTF-8. Terraform has no such function.",
			textFunc(1, cty.String, base64URLDecode), `base64urldecode("eyJhbGciOiJub25lIn0")`, `"{\"alg\":\"none\"}"`),
		newEntry("csvdecode(text)", "Returns a list of objects, one for each line of the CSV (RFC 4180) after the first, which names the attributes. All values are texts. It skips a byte order mark.",
			csvDecodeFunc(), `csvdecode("sku,qty\nL-1,2\nB-7,10\n")`, `[{ sku = "L-1", qty = "2" }, { sku = "B-7", qty = "10" }]`).withCheck(checkCSV),
		newEntry("jsondecode(text)", "Returns the value of a JSON text. It skips a byte order mark. It refuses objects that repeat a name, nesting deeper than 64 and numbers of more than 1000 digits.",
			jsonDecodeFunc(), `jsondecode("{\"qty\": [1, 2.50, null]}")`, `{ qty = [1, 2.5, null] }`),
		newEntry("jsonencode(value)", "Returns the value as JSON without white space, with sorted names. Numbers are exact and as short as possible. <, > and & stay unchanged; Terraform writes \\u003c and the like.",
			jsonEncodeFunc(), `jsonencode({ b = [1.50, true, null], a = "R&D" })`, `"{\"a\":\"R&D\",\"b\":[1.5,true,null]}"`),
		newEntry("urlencode(text)", "Returns the text encoded for the query of a URL: a space becomes +, other special characters become %XX.",
			textFunc(1, cty.String, urlEncode), `urlencode("lamp & bulb")`, `"lamp+%26+bulb"`),
		newEntry("urlpath(text)", "Returns the text encoded for the path of a URL: special characters of each segment become %XX, slashes stay. In a URL a segment that is empty, . or .. still fails the action. Terraform has no such function.",
			textFunc(1, cty.String, urlPath), `urlpath("acme/lamp & bulb")`, `"acme/lamp%20%26%20bulb"`),
		newEntry("urldecode(text)", "Returns the text decoded from the form that urlencode writes. Its bytes must be UTF-8.",
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
			return cty.NilVal, function.NewArgErrorf(0, "not padded base64; use base64urldecode for base64 with - and _ or without =")
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
		return cty.NilVal, function.NewArgErrorf(0, "not URL-safe base64: %s", err)
	}
	return toText(data)
}

func urlEncode(args []string) (cty.Value, error) {
	return cty.StringVal(url.QueryEscape(args[0])), nil
}

func urlPath(args []string) (cty.Value, error) {
	return cty.StringVal(urltext.EncodePath(args[0])), nil
}

func urlDecode(args []string) (cty.Value, error) {
	text, err := url.QueryUnescape(args[0])
	if err != nil {
		return cty.NilVal, function.NewArgErrorf(0, "%s", err)
	}
	return toText([]byte(text))
}

// toText returns bytes as a text. It refuses bytes that are not UTF-8.
func toText(data []byte) (cty.Value, error) {
	if !utf8.Valid(data) {
		return cty.NilVal, function.NewArgError(0, errors.New("the decoded bytes are not UTF-8 text"))
	}
	return ctytext.Value(string(data)), nil
}

// Unescaped is the name of the function whose argument is not escaped.
const Unescaped = "unescaped"

// OnlyJoins reports whether a function only joins its arguments, so that its
// arguments may be escaped instead of its result. Texts of the file among the
// arguments then stay unchanged.
func OnlyJoins(name string) bool {
	switch name {
	case "join", "concat", "flatten", "coalesce", "try", "format", "indent", "trimspace", "chomp":
		return true
	}
	return false
}

func escapeFuncs() []entry {
	return []entry{
		newEntry(Unescaped+"(value)", "Returns the value and keeps it unchanged in attributes that escape the values of a run, such as the text of a Slack message. Use it for markup that the flow itself has made, never for data from callers. In other places it has no effect. Terraform has no such function.",
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
