package triggers

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func TestWrongVariableNames(t *testing.T) {
	t.Parallel()
	for _, name := range requestNames {
		_, diags := load(t, fmt.Sprintf("variable %q {}", name))
		wantFinding(t, diags, 1, "a part of every request")
	}
	_, diags := load(t, "variable \"a\" {}\nvariable \"a\" {}")
	wantFinding(t, diags, 2, `a variable "a" already`)
	_, diags = load(t, "variable \"a b\" {}")
	wantFinding(t, diags, 1, `webhook.body["a b"]`)
	_, diags = load(t, "variable {}")
	wantFinding(t, diags, 1, "needs a label")
}

// TestVariables checks the values for the flow and the faults for the caller, for
// JSON bodies.
func TestVariables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string // of variable "v"
		body     string
		want     string      // what the flow reads; "" for a fault
		fault    *flow.Fault // but for In, which is "body"
	}{
		"any":               {``, `{"v": [1, null]}`, `[1,null]`, nil},
		"any, null":         {``, `{"v": null}`, ``, &flow.Fault{Pointer: "/v", Detail: "A value is required here.", Expected: "any value", Actual: "null"}},
		"missing":           {`type = string`, `{}`, ``, &flow.Fault{Pointer: "/v", Detail: "A value is required here.", Expected: "string", Actual: "nothing"}},
		"null":              {`type = string`, `{"v": null}`, ``, &flow.Fault{Pointer: "/v", Detail: "A value is required here.", Expected: "string", Actual: "null"}},
		"body no object":    {`type = string`, `[1]`, ``, &flow.Fault{Pointer: "/v", Detail: "A value is required here.", Expected: "string", Actual: "nothing"}},
		"optional, missing": {"type = string\nrequired = false", `{}`, `null`, nil},
		"optional, null":    {"type = string\nrequired = false", `{"v": null}`, `null`, nil},
		"optional, wrong":   {"type = string\nrequired = false", `{"v": 1}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be a string.", Expected: "string", Actual: "number"}},
		"default":           {"type = string\ndefault = \"x\"", `{}`, `"x"`, nil},
		"default for null":  {"type = string\ndefault = \"x\"", `{"v": null}`, `"x"`, nil},
		"default not used":  {"type = string\ndefault = \"x\"", `{"v": ""}`, `""`, nil},
		"default number":    {"type = number\ndefault = 1.5", `{}`, `1.5`, nil},
		"default false":     {"type = bool\ndefault = false", `{}`, `false`, nil},
		"default null":      {"type = string\ndefault = null", `{}`, ``, &flow.Fault{Pointer: "/v", Detail: "A value is required here.", Expected: "string", Actual: "nothing"}},
		"string":            {`type = string`, `{"v": "a"}`, `"a"`, nil},
		"number":            {`type = number`, `{"v": 129.90}`, `129.90`, nil},
		"huge number":       {`type = number`, `{"v": 1e400}`, `1e400`, nil},
		"text for number":   {`type = number`, `{"v": "5"}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be a number.", Expected: "number", Actual: "string"}},
		"number for text":   {`type = string`, `{"v": 5}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be a string.", Expected: "string", Actual: "number"}},
		"bool":              {`type = bool`, `{"v": false}`, `false`, nil},
		"text for bool":     {`type = bool`, `{"v": "true"}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be a boolean.", Expected: "boolean", Actual: "string"}},
		"number for bool":   {`type = bool`, `{"v": 1}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be a boolean.", Expected: "boolean", Actual: "number"}},
		"array":             {`type = array`, `{"v": [1, "a", null]}`, `[1,"a",null]`, nil},
		"one for array":     {`type = array`, `{"v": 1}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be an array.", Expected: "array", Actual: "number"}},
		"object":            {`type = object`, `{"v": {"a": null}}`, `{"a":null}`, nil},
		"array for object":  {`type = object`, `{"v": []}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be an object.", Expected: "object", Actual: "array"}},
		"deep element":      {`type = list(object({ sku = string, qty = number }))`, `{"v": [{"sku": "a", "qty": 1}, {"sku": "b", "qty": "2"}]}`, ``, &flow.Fault{Pointer: "/v/1/qty", Detail: "This must be a number.", Expected: "number", Actual: "string"}},
		"deep, missing":     {`type = list(object({ sku = string }))`, `{"v": [{}]}`, ``, &flow.Fault{Pointer: "/v/0/sku", Detail: "A value is required here.", Expected: "string", Actual: "nothing"}},
		"deep, null":        {`type = list(string)`, `{"v": [null]}`, ``, &flow.Fault{Pointer: "/v/0", Detail: "A value is required here.", Expected: "string", Actual: "null"}},
		"further members":   {`type = object({ a = string })`, `{"v": {"a": "b", "c": 1}}`, `{"a":"b","c":1}`, nil},
		"optional members":  {`type = list(object({ a = optional(string), b = optional(number, 1) }))`, `{"v": [{}, {"a": null, "b": null}, {"b": 2}]}`, `[{"a":null,"b":1},{"a":null,"b":1},{"a":null,"b":2}]`, nil},
		"member of any":     {`type = object({ a = any })`, `{"v": {"a": null}}`, `{"a":null}`, nil},
		"member missing":    {`type = object({ a = any })`, `{"v": {}}`, ``, &flow.Fault{Pointer: "/v/a", Detail: "A value is required here.", Expected: "any value", Actual: "nothing"}},
		"map":               {`type = map(number)`, `{"v": {"a/b~c": "1"}}`, ``, &flow.Fault{Pointer: "/v/a~1b~0c", Detail: "This must be a number.", Expected: "number", Actual: "string"}},
		"map of records":    {`type = map(object({ n = optional(number, 0) }))`, `{"v": {"a": {}, "b": {"n": 1}}}`, `{"a":{"n":0},"b":{"n":1}}`, nil},
		"tuple":             {`type = tuple([string, number])`, `{"v": ["a", 1]}`, `["a",1]`, nil},
		"tuple, too short":  {`type = tuple([string, number])`, `{"v": ["a"]}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must have exactly 2 elements.", Expected: "2 elements", Actual: "1 element"}},
		"enum":              {"type = number\nenum = [1, 2.5]", `{"v": 2.50}`, `2.50`, nil},
		"enum, other":       {"type = string\nenum = [\"a\", \"b\"]", `{"v": "c"}`, ``, &flow.Fault{Pointer: "/v", Detail: `This must be one of "a", "b".`, Expected: `one of "a", "b"`, Actual: "string"}},
		"enum of any":       {"enum = [1, \"a\"]", `{"v": "a"}`, `"a"`, nil},
		"enum of lists":     {"type = list(number)\nenum = [[1, 2]]", `{"v": [1, 2.0]}`, `[1,2.0]`, nil},
		"long enum": {
			"type = number\nenum = range(30)", `{"v": 30}`, ``,
			&flow.Fault{
				Pointer: "/v", Actual: "number",
				Detail:   "This must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, ….",
				Expected: "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …",
			},
		},
		"pattern":           {"type = string\npattern = \"[0-9]{3}\"", `{"v": "a1234"}`, `"a1234"`, nil},
		"pattern, no match": {"type = string\npattern = \"^[0-9]{3}$\"", `{"v": "1234"}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must match the pattern ^[0-9]{3}$.", Expected: "a text that matches ^[0-9]{3}$", Actual: "string"}},
		"format":            {"type = string\nformat = \"date\"", `{"v": "2026-01-31"}`, `"2026-01-31"`, nil},
		"format, other":     {"type = string\nformat = \"email\"", `{"v": "jane"}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be an e-mail address.", Expected: "email", Actual: "string"}},
		"min":               {"type = number\nmin = 0", `{"v": 0}`, `0`, nil},
		"below min":         {"type = number\nmin = 0", `{"v": -0.01}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be at least 0.", Expected: "at least 0", Actual: "number"}},
		"above max":         {"type = number\nmax = 9007199254740992", `{"v": 9007199254740993}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be at most 9007199254740992.", Expected: "at most 9007199254740992", Actual: "number"}},
		"characters":        {"type = string\nmin = 4\nmax = 4", `{"v": "Größ"}`, `"Größ"`, nil},
		"too short":         {"type = string\nmin = 1", `{"v": ""}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be at least 1 character.", Expected: "at least 1 character", Actual: "string"}},
		"too long":          {"type = string\nmax = 2", `{"v": "abc"}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be at most 2 characters.", Expected: "at most 2 characters", Actual: "string"}},
		"elements":          {"type = array\nmin = 1", `{"v": []}`, ``, &flow.Fault{Pointer: "/v", Detail: "This must be at least 1 element.", Expected: "at least 1 element", Actual: "array"}},
		"from deeper":       {"type = string\nfrom = webhook.body.a[1][\"b c\"]", `{"a": [0, {"b c": "x"}]}`, `"x"`, nil},
		"from deeper, gone": {"type = string\nfrom = webhook.body.a[1][\"b c\"]", `{"a": {"1": 2}}`, ``, &flow.Fault{Pointer: "/a/1/b c", Detail: "A value is required here.", Expected: "string", Actual: "nothing"}},
		"from the whole":    {"type = list(number)\nfrom = webhook.body", `[1, 2]`, `[1,2]`, nil},
		"whole is wrong":    {"type = list(number)\nfrom = webhook.body", `{}`, ``, &flow.Fault{Pointer: "", Detail: "This must be an array.", Expected: "array", Actual: "object"}},
		"no body at all":    {"type = list(number)\nfrom = webhook.body", ``, ``, &flow.Fault{Pointer: "", Detail: "A value is required here.", Expected: "array", Actual: "nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, "variable \"v\" {\n"+c.declared+"\n}")
			request := sent{typ: "application/json", body: c.body}
			if c.fault == nil {
				if got := read(t, request.accepted(t, w), "v"); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				return
			}
			problem := request.refused(t, w, http.StatusUnprocessableEntity)
			c.fault.In = "body"
			if len(problem.Faults) != 1 || problem.Faults[0] != *c.fault {
				t.Errorf("faults %+v, want %+v", problem.Faults, *c.fault)
			}
		})
	}
}

// TestUnsetValues checks that a setting that depends on a value that is not set is
// no error.
func TestUnsetValues(t *testing.T) {
	t.Parallel()
	for _, declared := range []string{
		"default = local.unset", "min = local.unset\nmax = 1", "enum = [local.unset]",
		"type = object({ a = optional(number, local.unset) })",
	} {
		if w := mustLoad(t, "variable \"v\" {\n"+declared+"\n}"); len(w.variables) != 1 {
			t.Errorf("%s: no variable", declared)
		}
	}
}

// TestBodyUnchanged checks that filling in defaults does not change the body.
func TestBodyUnchanged(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "variable \"v\" {\n  type = list(object({ a = optional(number, 1), b = optional(map(object({ c = optional(string, \"x\") }))) }))\n}")
	const body = `{"v":[{},{"b":{"k":{}}}]}`
	e := sent{body: body}.accepted(t, w)
	if got, want := read(t, e, "v"), `[{"a":1,"b":null},{"a":1,"b":{"k":{"c":"x"}}}]`; got != want {
		t.Errorf("variable %s, want %s", got, want)
	}
	if got := read(t, e, "body"); got != body {
		t.Errorf("body %s", got)
	}
}

// TestEveryFault checks that one answer lists all faults.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `
path   = "/{region}"
strict = true
variable "id" {
  type    = string
  min     = 5
  pattern = "^[A-Z]"
  format  = "uuid"
}
variable "items" {
  type = list(object({ sku = string, qty = number }))
}
variable "page" {
  type = number
  from = webhook.query.filter.page
}
variable "request_id" {
  type = string
  from = webhook.headers["x-request-id"]
}
variable "region" {
  type = number
  from = webhook.path.region
}`)
	problem := sent{
		url: "/eu?filter[page]=one", body: `{"id": "a", "items": [{"qty": "1"}, 7, {"sku": "a", "qty": 1, "more": 1}], "other": {}}`,
		path: map[string]string{"region": "eu"},
	}.refused(t, w, 422)
	want := []flow.Fault{
		{Pointer: "/id", In: "body", Detail: "This must be at least 5 characters.", Expected: "at least 5 characters", Actual: "string"},
		{Pointer: "/id", In: "body", Detail: "This must match the pattern ^[A-Z].", Expected: "a text that matches ^[A-Z]", Actual: "string"},
		{Pointer: "/id", In: "body", Detail: "This must be a UUID.", Expected: "uuid", Actual: "string"},
		{Pointer: "/items/0/qty", In: "body", Detail: "This must be a number.", Expected: "number", Actual: "string"},
		{Pointer: "/items/0/sku", In: "body", Detail: "A value is required here.", Expected: "string", Actual: "nothing"},
		{Pointer: "/items/1", In: "body", Detail: "This must be an object.", Expected: "object", Actual: "number"},
		{Pointer: "filter[page]", In: "query", Detail: "This must be a number.", Expected: "number", Actual: "string"},
		{Pointer: "x-request-id", In: "header", Detail: "A value is required here.", Expected: "string", Actual: "nothing"},
		{Pointer: "region", In: "path", Detail: "This must be a number.", Expected: "number", Actual: "string"},
		{Pointer: "/items/2/more", In: "body", Detail: "No variable names this member.", Expected: "nothing", Actual: "number"},
		{Pointer: "/other", In: "body", Detail: "No variable names this member.", Expected: "nothing", Actual: "object"},
	}
	if len(problem.Faults) != len(want) {
		t.Fatalf("%d faults, want %d: %+v", len(problem.Faults), len(want), problem.Faults)
	}
	for i, f := range problem.Faults {
		if f != want[i] {
			t.Errorf("fault %+v, want %+v", f, want[i])
		}
	}
	if problem.Detail != "11 values are missing or wrong." {
		t.Errorf("detail %q", problem.Detail)
	}
}
