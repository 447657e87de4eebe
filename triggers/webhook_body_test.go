package triggers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

const everyType = `content_types = ["json", "form", "multipart", "xml", "text", "text/csv", "application/octet-stream"]`

func TestBodies(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, everyType)
	const part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"
	for name, c := range map[string]struct{ typ, body, want string }{
		"JSON":                {"application/json", `{"a": 1.50}`, `{"a":1.50}`},
		"JSON, charset":       {"application/json; charset=UTF-8", `"ü"`, `"ü"`},
		"JSON, ASCII":         {"application/json; charset=us-ascii", `"u"`, `"u"`},
		"JSON, odd case":      {"Application/JSON ;Charset=\"utf-8\"", `1`, `1`},
		"JSON as text":        {"text/json", `{"a": [true]}`, `{"a":[true]}`},
		"JSON in latin-1":     {"application/json; charset=ISO-8859-1", "\"\xfc\"", `"ü"`},
		"JSON, wrong charset": {"application/json; charset=ISO-8859-1", `"ü"`, `"ü"`},
		"half a surrogate":    {"application/json", `["Hi \ud83d"]`, "[\"Hi \ufffd\"]"},
		"form in latin-1":     {"application/x-www-form-urlencoded; charset=iso-8859-1", "city=K%F6ln", `{"city":"Köln"}`},
		"form, mark":          {"application/x-www-form-urlencoded", "\ufeffcity=K%C3%B6ln", `{"city":"Köln"}`},
		"XML in latin-1":      {"text/xml; charset=iso-8859-1", "<city>K\xf6ln</city>", `{"city":"Köln"}`},
		"XML, label":          {"text/xml", "<?xml version='1.0' encoding='windows-1252'?><p>9\x80</p>", `{"p":"9€"}`},
		"XML, wrong label":    {"text/xml; charset=utf-8", "<?xml version='1.0' encoding='latin1'?><p>9€</p>", `{"p":"9€"}`},
		"text in latin-1":     {"text/plain; charset=latin1", "K\xf6ln", `"Köln"`},
		"text, mark":          {"text/plain", "\ufeffKöln", `"Köln"`},
		"JSON suffix":         {"application/cloudevents+json", `[]`, `[]`},
		"JSON null":           {"application/json", `null`, `null`},
		"no type":             {"", `{"a": 1}`, `{"a":1}`},
		"form":                {"application/x-www-form-urlencoded", `a[b]=1&c[]=2&c[]=3`, `{"a":{"b":"1"},"c":["2","3"]}`},
		"multipart":           {"multipart/form-data; boundary=b", part, `{"a":"1"}`},
		"XML":                 {"text/xml", `<a b="1"><c>2</c></a>`, `{"a":{"@b":"1","c":"2"}}`},
		"text":                {"text/plain", "a\nü", `"a\nü"`},
		"named text":          {"text/csv", "a,b", `"a,b"`},
		"bytes":               {"application/octet-stream", "\xff\x00", `null`},
		"bytes, charset":      {"application/octet-stream; charset=latin1", "\xff\x00", `null`},
		"nothing":             {"", "", `null`},
		"nothing of a type":   {"application/json", "", `null`},
		"nothing, other type": {"image/png", "", `null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := sent{typ: c.typ, body: c.body}.accepted(t, w)
			if got := read(t, e, "body"); got != c.want {
				t.Errorf("body %s, want %s", got, c.want)
			}
			if got := asJSON(t, e.Input()); got != c.want {
				t.Errorf("input %s, want %s", got, c.want)
			}
		})
	}
}

func TestUnsupportedTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string
		header   http.Header
		field    string
		accepted string
	}{
		"other type":       {``, http.Header{"Content-Type": {"text/plain"}}, "Accept", "application/json, text/json, application/*+json"},
		"list of types":    {`content_types = ["form", "text/*"]`, http.Header{"Content-Type": {"image/png"}}, "Accept", "application/x-www-form-urlencoded, text/*"},
		"no type, no JSON": {`content_types = ["xml"]`, http.Header{}, "Accept", "application/xml, text/xml, application/*+xml"},
		"wrong type":       {``, http.Header{"Content-Type": {"json"}}, "Accept", "application/json, text/json, application/*+json"},
		"broken type":      {``, http.Header{"Content-Type": {"application/json; charset"}}, "Accept", "application/json, text/json, application/*+json"},
		"empty type":       {``, http.Header{"Content-Type": {""}}, "Accept", "application/json, text/json, application/*+json"},
		"two types":        {``, http.Header{"Content-Type": {"application/json", "text/plain"}}, "Accept", "application/json, text/json, application/*+json"},
		"unknown coding":   {``, http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"compress"}}, "Accept-Encoding", "gzip, deflate, br, zstd"},
		"two codings":      {``, http.Header{"Content-Encoding": {"identity, gzip", "br"}}, "Accept-Encoding", "gzip, deflate, br, zstd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problem := sent{header: c.header, body: `{}`}.refused(t, mustLoad(t, c.declared), 415)
			if got := problem.Header.Get(c.field); got != c.accepted || len(problem.Header) != 1 {
				t.Errorf("headers %v, want %s: %s", problem.Header, c.field, c.accepted)
			}
			if problem.Outcome != "unsupported_type" {
				t.Errorf("outcome %q", problem.Outcome)
			}
			if c.field == "Accept" && !strings.HasSuffix(problem.Detail, " Accepted: "+c.accepted+".") {
				t.Errorf("detail %q does not say what is accepted", problem.Detail)
			}
		})
	}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	problem := sent{header: form, body: `a=1`}.refused(t, mustLoad(t, ""), 415)
	if !strings.Contains(problem.Detail, "A form (application/x-www-form-urlencoded) is not accepted") {
		t.Errorf("detail %q does not say what came", problem.Detail)
	}
	charset := http.Header{"Content-Type": {"application/json; charset=klingon"}}
	problem = sent{header: charset, body: `{}`}.refused(t, mustLoad(t, ""), 415)
	if problem.Outcome != "unsupported_type" || len(problem.Header) > 0 || !strings.Contains(problem.Detail, "Accepted are the names that browsers know, such as utf-8,") {
		t.Errorf("an unknown charset gets %+v", problem)
	}
	sent{header: http.Header{"Content-Encoding": {"", "Identity, identity"}}, body: `{}`}.accepted(t, mustLoad(t, ""))
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, everyType)
	deep := strings.Repeat("[", 9) + strings.Repeat("]", 9)
	for name, c := range map[string]struct {
		typ, body string
		place     string // in the detail
		pointer   string
	}{
		"cut off":                  {"application/json", "{\n  \"a\": [1,", "line 2, column 11", "/a"},
		"trailing comma":           {"application/json", `{"a": 1,}`, "line 1, column ", ""},
		"duplicate name":           {"application/json", `{"a": {"b": 1, "b": 2}}`, "line 1, column 16", "/a/b"},
		"too deep":                 {"application/json", deep, "line 1, column 9", "/0/0/0/0/0/0/0/0"},
		"after the end":            {"application/json", "{}\n{}", "line 2, column 1", ""},
		"not UTF-8":                {"application/json", "\"a\xff\"", "line 1, column 3", ""},
		"not latin-1 either":       {"application/json; charset=utf-8", "[\"\xe4\"]", "line 1, column 3", "/0"},
		"form, no charset":         {"application/x-www-form-urlencoded", "a=1&city=K%F6ln", "line 1, column 5", ""},
		"JSON in a part":           {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=p\r\nContent-Type: application/json\r\n\r\n{\"a\":}\r\n--b--", "part 1: JSON, line 1", "/p/a"},
		"JSON in a part, too deep": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=p\r\nContent-Type: application/json\r\n\r\n" + deep + "\r\n--b--", "nested too deeply", ""},
		"XML encoding":             {"application/xml", `<?xml version="1.0" encoding="klingon"?><a/>`, "klingon", ""},
		"only white space":         {"application/json", " ", "line 1", ""},
		"no JSON":                  {"application/json", "a=1", "line 1, column 1", ""},
		"XML not closed":           {"application/xml", "<a>\n<b>", "line 2", "/a/b"},
		"XML entity":               {"application/xml", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, "line 1, column 1", ""},
		"XML too deep":             {"application/xml", strings.Repeat("<a>", 9), "line 1, column 25", ""},
		"no boundary":              {"multipart/form-data", "--b--", "boundary", ""},
		"multipart cut off":        {"multipart/form-data; boundary=b", "--b\r\n", "ends before", ""},
		"text":                     {"text/plain", "a\nbü\xff", "line 2, column 3", ""},
		"too many fields":          {"application/x-www-form-urlencoded", strings.Repeat("a=1&", 1001), "too many", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problem := sent{typ: c.typ, body: c.body, limits: flow.Limits{Body: 1 << 20, JSONDepth: 8}}.refused(t, w, 400)
			if !strings.Contains(problem.Detail, c.place) {
				t.Errorf("detail %q, want %q in it", problem.Detail, c.place)
			}
			if len(problem.Faults) != 1 || problem.Faults[0].Pointer != c.pointer && c.pointer != "" || problem.Faults[0].In != "body" {
				t.Errorf("faults %+v, want one at %q", problem.Faults, c.pointer)
			}
			if problem.Outcome != "malformed" {
				t.Errorf("outcome %q", problem.Outcome)
			}
		})
	}
}

func TestMalformedQuery(t *testing.T) {
	t.Parallel()
	problem := sent{url: "/?" + strings.Repeat("a&", 1001)}.refused(t, mustLoad(t, ""), 400)
	if !strings.HasPrefix(problem.Detail, "Malformed query: ") || len(problem.Faults) != 1 || problem.Faults[0].In != "query" {
		t.Errorf("%+v", problem)
	}
}

// TestTexts checks how text is converted to the types of variables, in each part
// of a request that holds only text.
func TestTexts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		typ, text string
		want      string // "" where it can't be read without a loss; "form …" only in forms and queries
	}{
		"text":            {"string", "05", `"05"`},
		"any":             {"any", "5", `"5"`},
		"integer":         {"number", "5", `5`},
		"fraction":        {"number", "-129.90", `-129.90`},
		"exponent":        {"number", "1e400", `1e400`},
		"beyond 2^53":     {"number", "9007199254740993", `9007199254740993`},
		"leading zero":    {"number", "05", ``},
		"plus":            {"number", "%2B5", ``},
		"space":           {"number", "%205", ``},
		"hexadecimal":     {"number", "0x10", ``},
		"two numbers":     {"number", "5%206", ``},
		"fraction's end":  {"number", "5.", ``},
		"no number":       {"number", "abc", ``},
		"infinity":        {"number", "Infinity", ``},
		"empty number":    {"number", "", ``},
		"JSON list":       {"number", "[1]1", ``},
		"absurd exponent": {"number", "1e999999999", ``},
		"true":            {"bool", "true", `true`},
		"false":           {"bool", "false", `false`},
		"yes":             {"bool", "yes", `form true`},
		"no":              {"bool", "NO", `form false`},
		"on":              {"bool", "on", `form true`},
		"off":             {"bool", "Off", `form false`},
		"one":             {"bool", "1", `form true`},
		"zero":            {"bool", "0", `form false`},
		"capital":         {"bool", "True", `form true`},
		"two":             {"bool", "2", ``},
		"empty bool":      {"bool", "", ``},
		"yes with space":  {"bool", "yes%20", ``},
	}
	for name, c := range cases {
		plain := strings.NewReplacer("%20", " ", "%2B", "+").Replace(c.text)
		multipart := "--b\r\nContent-Disposition: form-data; name=\"v\"\r\n\r\n" + plain + "\r\n--b--\r\n"
		for _, part := range []struct {
			name, from string
			request    sent
		}{
			{"query", "webhook.query.v", sent{url: "/?v=" + c.text}},
			{"header", "webhook.headers[\"x-v\"]", sent{header: http.Header{"X-V": {plain}}}},
			{"path", "webhook.path.v", sent{path: map[string]string{"v": plain}}},
			{"form", "webhook.body.v", sent{typ: "application/x-www-form-urlencoded", body: "v=" + c.text}},
			{"multipart", "webhook.body.v", sent{typ: "multipart/form-data; boundary=b", body: multipart}},
			{"XML", "webhook.body.r[\"@v\"]", sent{typ: "application/xml", body: `<r v="` + plain + `"/>`}},
		} {
			t.Run(part.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := mustLoad(t, fmt.Sprintf("path = \"/{v}\"\n%s\nvariable \"v\" {\n  type = %s\n  from = %s\n}", everyType, c.typ, part.from))
				isForm := part.name == "query" || part.name == "form" || part.name == "multipart"
				want, onlyForm := strings.CutPrefix(c.want, "form ")
				if want == "" || onlyForm && !isForm {
					problem := part.request.refused(t, w, 422)
					if len(problem.Faults) != 1 || problem.Faults[0].Actual != "string" {
						t.Errorf("faults %+v", problem.Faults)
					}
					return
				}
				if got := read(t, part.request.accepted(t, w), "v"); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
	}
}

// TestTextStructures checks how nested values are read from formats that hold texts
// only.
func TestTextStructures(t *testing.T) {
	t.Parallel()
	const form, xml = "application/x-www-form-urlencoded", "application/xml"
	for name, c := range map[string]struct {
		declared string
		request  sent
		want     string
		pointer  string // of the one fault, where want is ""
	}{
		"repeated":             {"type = list(number)\nfrom = webhook.query.v", sent{url: "/?v=1&v=2"}, `[1,2]`, ""},
		"brackets":             {"type = list(number)\nfrom = webhook.query.v", sent{url: "/?v[]=1&v[]=2"}, `[1,2]`, ""},
		"one alone":            {"type = list(number)\nfrom = webhook.query.v", sent{url: "/?v=1"}, `[1]`, ""},
		"one alone, array":     {"type = array\nfrom = webhook.query.v", sent{url: "/?v=1"}, `["1"]`, ""},
		"one alone, tuple":     {"type = tuple([bool])\nfrom = webhook.query.v", sent{url: "/?v=true"}, `[true]`, ""},
		"one, wrong":           {"type = list(number)\nfrom = webhook.query.v", sent{url: "/?v=x"}, ``, "v"},
		"one, tuple of two":    {"type = tuple([bool, bool])\nfrom = webhook.query.v", sent{url: "/?v=true"}, ``, "v"},
		"second, wrong":        {"type = list(number)\nfrom = webhook.query.v", sent{url: "/?v=1&v=x"}, ``, "v[1]"},
		"two for one":          {"type = string\nfrom = webhook.query.v", sent{url: "/?v=1&v=2"}, ``, "v"},
		"nested":               {"type = object({ a = number, b = optional(bool, true) })\nfrom = webhook.query.v", sent{url: "/?v[a]=1"}, `{"a":1,"b":true}`, ""},
		"nested, wrong":        {"type = object({ a = number })\nfrom = webhook.query.v", sent{url: "/?v[a]=x"}, ``, "v[a]"},
		"objects":              {"type = number\nfrom = webhook.query.query[0].a", sent{url: "/?query[0][a]=1"}, `1`, ""},
		"objects, missing":     {"type = number\nfrom = webhook.query.query[0].a", sent{url: "/?query[0][b]=1"}, ``, "query[0][a]"},
		"dots":                 {"type = number\nfrom = webhook.query[\"input_1.3\"]", sent{url: "/?input_1.3=7&input_1.6=8"}, `7`, ""},
		"long form":            {"type = list(number)", sent{typ: form, body: strings.TrimSuffix(strings.Repeat("v[]=1&", 40), "&")}, "[1" + strings.Repeat(",1", 39) + "]", ""},
		"default":              {"type = number\ndefault = 1\nfrom = webhook.query.v", sent{}, `1`, ""},
		"form":                 {"type = list(object({ n = number }))", sent{typ: form, body: "v[0][n]=1&v[1][n]=2"}, `[{"n":1},{"n":2}]`, ""},
		"form, wrong":          {"type = list(object({ n = number }))", sent{typ: form, body: "v[0][n]=1&v[1][n]=x"}, ``, "/v/1/n"},
		"form, enum":           {"type = number\nenum = [1, 2]", sent{typ: form, body: "v=1.0"}, `1.0`, ""},
		"form, max":            {"type = number\nmax = 2", sent{typ: form, body: "v=3"}, ``, "/v"},
		"XML list":             {"type = list(number)\nfrom = webhook.body.r.v", sent{typ: xml, body: "<r><v>1</v><v>2</v></r>"}, `[1,2]`, ""},
		"XML list of one":      {"type = list(object({ n = number }))\nfrom = webhook.body.r.v", sent{typ: xml, body: "<r><v><n>1</n></v></r>"}, `[{"n":1}]`, ""},
		"XML empty":            {"type = string\nfrom = webhook.body.r.v", sent{typ: xml, body: "<r><v/></r>"}, ``, "/r/v"},
		"XML with attributes":  {"type = number\nfrom = webhook.body.r.v[\"#text\"]", sent{typ: xml, body: "<r><v a=\"b\">1</v></r>"}, `1`, ""},
		"text as a whole":      {"type = number\nfrom = webhook.body", sent{typ: "text/plain", body: "42"}, `42`, ""},
		"JSON is not fromText": {"type = list(number)", sent{body: `{"v": 1}`}, ``, "/v"},
		"query beside JSON":    {"type = number\nfrom = webhook.query.v", sent{url: "/?v=1", body: `{"v": "x"}`}, `1`, ""},
		"header, repeated":     {"type = string\nfrom = webhook.headers.x-v", sent{header: http.Header{"X-V": {"a", "b"}}}, `"a, b"`, ""},
		"header, Host":         {"type = string\nfrom = webhook.headers.host", sent{}, `"hooks.example.com"`, ""},
		"file": {
			"type = object({ filename = string, size = number })",
			sent{typ: "multipart/form-data; boundary=b", body: "--b\r\nContent-Disposition: form-data; name=\"v\"; filename=\"a.txt\"\r\n\r\nhi\r\n--b--\r\n"},
			`{"content":"aGk=","content_type":"text/plain","filename":"a.txt","size":2}`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, everyType+"\nvariable \"v\" {\n"+c.declared+"\n}")
			if c.want == "" {
				problem := c.request.refused(t, w, 422)
				if len(problem.Faults) != 1 || problem.Faults[0].Pointer != c.pointer {
					t.Errorf("faults %+v, want one at %q", problem.Faults, c.pointer)
				}
				return
			}
			if got := sortedJSON(t, read(t, c.request.accepted(t, w), "v")); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
