package triggers

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestVariablesInTexts checks variables whose values stand in JSON that is sent as
// a text.
func TestVariablesInTexts(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	payload := func(text string) sent { return sent{typ: form, body: "payload=" + url.QueryEscape(text)} }
	plain := func(text string) sent { return sent{typ: "text/plain; charset=UTF-8", body: text} }
	pubsub := `{"message": {"data": "` + base64.StdEncoding.EncodeToString([]byte(`{"id": 7}`)) + `"}}`
	const ref = "type = string\nfrom = jsondecode(webhook.body.payload).ref"
	const name = "type = string\nfrom = jsondecode(webhook.raw).name"
	for title, c := range map[string]struct {
		declared string
		request  sent
		want     string // the value, or "POINTER: DETAIL" of the only fault
		isFault  bool
	}{
		"field of a form":     {ref, payload(`{"ref": "refs/heads/main"}`), `"refs/heads/main"`, false},
		"text/plain":          {name, plain(`{"name": "Jane"}`), `"Jane"`, false},
		"byte order mark":     {name, plain("\ufeff" + `{"name": "Jane"}`), `"Jane"`, false},
		"body of text/plain":  {"from = jsondecode(webhook.body)[1].a", plain(`[0, {"a": true}]`), `true`, false},
		"whole value":         {"from = jsondecode(webhook.raw)", plain(`[1.50, null]`), `[1.50,null]`, false},
		"parentheses":         {"from = (jsondecode((webhook.raw))).a", plain(`{"a": 1}`), `1`, false},
		"half a surrogate":    {name, plain(`{"name": "\ud800"}`), "\"\ufffd\"", false},
		"texts in texts":      {"from = jsondecode(jsondecode(webhook.raw).Message).id", plain(`{"Message": "{\"id\": 5}"}`), `5`, false},
		"base64":              {"type = number\nfrom = jsondecode(base64decode(webhook.body.message.data)).id", sent{body: pubsub}, `7`, false},
		"header":              {"type = list(string)\nfrom = jsondecode(webhook.headers[\"X-Tags\"])", sent{body: `{}`, header: map[string][]string{"X-Tags": {`["a","b"]`}}}, `["a","b"]`, false},
		"query":               {"from = jsondecode(webhook.query.q).a", sent{url: "/?q=" + url.QueryEscape(`{"a":"b"}`)}, `"b"`, false},
		"optional, absent":    {ref + "\nrequired = false", sent{typ: form, body: "other=1"}, `null`, false},
		"optional, empty":     {ref + "\ndefault = \"main\"", payload(" "), `"main"`, false},
		"optional, no member": {ref + "\ndefault = \"main\"", payload(`{}`), `"main"`, false},

		"no member":         {ref, payload(`{"a": 1}`), "/payload/ref: A value is required here.", true},
		"absent":            {ref, sent{typ: form, body: "other=1"}, "/payload/ref: A value is required here.", true},
		"empty":             {ref, payload(""), "/payload/ref: A value is required here.", true},
		"wrong type":        {ref, payload(`{"ref": 5}`), "/payload/ref: This must be a string.", true},
		"number as a text":  {"type = number\nfrom = jsondecode(webhook.body.payload).n", payload(`{"n": "5"}`), "/payload/n: This must be a number.", true},
		"no JSON":           {ref, payload(`ref=main`), "/payload: This must be JSON: ", true},
		"no JSON, optional": {ref + "\nrequired = false", payload(`{"ref": `), "/payload: This must be JSON: ", true},
		"raw is no JSON":    {name, plain(`name`), ": This must be JSON: ", true},
		"duplicate names":   {name, plain(`{"name": "a", "name": "b"}`), ": This must be JSON: ", true},
		"too deep":          {name, plain(strings.Repeat("[", 200) + strings.Repeat("]", 200)), ": This must be JSON: ", true},
		"two values":        {name, plain(`{} {}`), ": This must be JSON: ", true},
		"not a text":        {ref, sent{body: `{"payload": {"ref": "a"}}`}, "/payload: This must be a text that holds JSON.", true},
		"no base64":         {"from = jsondecode(base64decode(webhook.body.d))", sent{body: `{"d": "%"}`}, "/d: This must be JSON in base64.", true},
		"text in no JSON":   {"from = jsondecode(jsondecode(webhook.raw).Message).id", plain(`x`), ": This must be JSON: ", true},
		"text in is wrong":  {"from = jsondecode(jsondecode(webhook.raw).Message).id", plain(`{"Message": "x"}`), "/Message: This must be JSON: ", true},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, everyType+"\nvariable \"v\" {\n"+c.declared+"\n}")
			if !c.isFault {
				if got := sortedJSON(t, read(t, c.request.accepted(t, w), "v")); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				return
			}
			p := c.request.refused(t, w, 422)
			if len(p.Faults) != 1 || p.Faults[0].In == "raw" || !strings.HasPrefix(p.Faults[0].Pointer+": "+p.Faults[0].Detail, c.want) {
				t.Errorf("the faults are %+v, want %q", p.Faults, c.want)
			}
		})
	}
}

// TestFaultsOfTextsAreToldOnce checks that several variables of one text share
// its decoding and its fault.
func TestFaultsOfTextsAreToldOnce(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, everyType+`
variable "a" { from = jsondecode(webhook.raw).a }
variable "b" { from = jsondecode(webhook.raw).b.c }
variable "c" { from = jsondecode(jsondecode(webhook.raw).m).c }
variable "d" { from = jsondecode(jsondecode(webhook.raw).n).d }`)
	if p := (sent{typ: "text/plain", body: "x"}).refused(t, w, 422); len(p.Faults) != 1 {
		t.Errorf("the faults are %+v, want one", p.Faults)
	}
	p := sent{typ: "text/plain", body: `{"a": 1, "b": {}, "m": "{}", "n": "x"}`}.refused(t, w, 422)
	var pointers []string
	for _, f := range p.Faults {
		pointers = append(pointers, f.Pointer)
	}
	if got := strings.Join(pointers, " "); got != "/b/c /m/c /n" {
		t.Errorf("faults at %s, want /b/c /m/c /n", got)
	}
}

// TestTextsTakeMemory checks that each text takes memory once before it is decoded,
// and that a text without memory is not decoded.
func TestTextsTakeMemory(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, everyType+`
variable "a" { from = jsondecode(webhook.raw).a }
variable "b" { from = jsondecode(webhook.raw).b }
variable "c" { from = jsondecode(jsondecode(webhook.raw).m).c }`)
	const inner, outer = `{"c": 3}`, `{"a": 1, "b": 2, "m": "{\"c\": 3}"}`
	var taken []string
	request := sent{typ: "text/plain", body: outer, memory: func(text []byte) bool {
		taken = append(taken, string(text))
		return true
	}}
	if got := sortedJSON(t, read(t, request.accepted(t, w), "c")); got != "3" {
		t.Errorf("c is %s, want 3", got)
	}
	if !slices.Equal(taken, []string{outer, inner}) {
		t.Errorf("memory was taken for %q, want %q", taken, []string{outer, inner})
	}
	request.memory = func(text []byte) bool { return string(text) != inner }
	p := request.refused(t, w, 422)
	if len(p.Faults) != 1 || p.Faults[0].Pointer != "/m" || p.Faults[0].Detail != "There is no memory to decode this now." {
		t.Errorf("the faults are %+v, want one at /m", p.Faults)
	}
}

func TestWrongTextSources(t *testing.T) {
	t.Parallel()
	for _, from := range []string{
		"lower(webhook.body.a)", "jsondecode(webhook.body.a)[webhook.body.i]", "jsondecode(webhook.method)", "jsondecode(\"{}\").a", "jsondecode(webhook.headers)",
		"base64decode(webhook.body.a)", "jsondecode(base64decode(base64decode(webhook.body.a)))", "jsondecode(webhook.body.a...)", "jsondecode(webhook.body.a)[*].b", "webhook.raw",
	} {
		_, diags := load(t, "variable \"v\" {\nfrom = "+from+"\n}")
		if !diags.HasErrors() {
			t.Errorf("%s is accepted", from)
		}
	}
	_, diags := load(t, "variable \"v\" {\nfrom = jsondecod(webhook.raw).a\n}")
	wantFinding(t, diags, 2, `jsondecode`)
}
