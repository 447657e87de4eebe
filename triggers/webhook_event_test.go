package triggers

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"unsafe"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/value"
)

// sortedJSON writes JSON with the members of objects by name, and numbers as
// they stand.
func sortedJSON(t testing.TB, text string) string {
	t.Helper()
	v, err := value.Decode([]byte(text), value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestEvent(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `
path    = "/orders/{region}"
methods = ["PUT"]
variable "total" {
  type = number
}
variable "note" {
  type     = string
  required = false
}`)
	e := sent{
		method: "PUT", url: "/orders/e%75?a[b]=1&a[c]=2&d", typ: "application/json", body: `{"total": 12.50}`,
		header: http.Header{"X-One": {"1"}, "X-Two": {"a", "b"}, "Cookie": {"a=1", "b=2"}, "X-Latin": {"\xfc"}, "X-Empty": {}},
		path:   map[string]string{"region": "eu\xff"}, ip: "::ffff:192.0.2.7",
	}.accepted(t, w)
	for name, want := range map[string]string{
		"total":       `12.50`,
		"note":        `null`,
		"body":        `{"total":12.50}`,
		"headers":     `{"Content-Type":"application/json","Host":"hooks.example.com","X-Latin":"�","X-One":"1","X-Two":"a, b"}`,
		"query":       `{"a":{"b":"1","c":"2"},"d":""}`,
		"path":        `{"region":"eu�"}`,
		"method":      `"PUT"`,
		"url":         `"/orders/e%75?a[b]=1\u0026a[c]=2\u0026d"`,
		"remote_ip":   `"192.0.2.7"`,
		"received_at": `"2026-01-05T09:00:00.123456789Z"`,
		"raw":         `"{\"total\": 12.50}"`,
		"auth":        `{"claims":null,"kind":null,"name":null}`,
	} {
		if got := sortedJSON(t, read(t, e, name)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := e.Value("request"); got != nil {
		t.Errorf("under another name stands %v", got)
	}
	root := e.Value("webhook").(value.Object)
	if v, ok := root.Get("other"); ok {
		t.Errorf("a member that nobody declared: %v", v)
	}
	members := root.Map()
	if len(members) != len(requestNames)+2 {
		t.Errorf("members %q", slices.Sorted(maps.Keys(members)))
	}
	for name, member := range members {
		if _, lazy := member.(value.Object); lazy {
			t.Errorf("%s is no plain value in the map of all members", name)
		}
		if got, want := sortedJSON(t, asJSON(t, member)), sortedJSON(t, read(t, e, name)); got != want {
			t.Errorf("%s: %s in the map, %s alone", name, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	e := sent{header: http.Header{"X-Request-Id": {"r-1"}}}.accepted(t, mustLoad(t, ""))
	got, _ := e.Value("webhook").(value.Object).Get("headers")
	headers := got.(value.Object)
	for name, want := range map[string]any{
		"X-Request-Id": "r-1", "x-request-id": "r-1", "X-REQUEST-ID": "r-1", "host": "hooks.example.com", "x-other": nil, "": nil,
	} {
		if v, ok := headers.Get(name); !ok || v != want {
			t.Errorf("%q: %v, %v, want %v", name, v, ok, want)
		}
	}
}

func TestAbsentParts(t *testing.T) {
	t.Parallel()
	e := sent{}.accepted(t, mustLoad(t, ""))
	for name, want := range map[string]string{
		"body": "null", "query": "{}", "path": "{}", "raw": `""`, "url": `"/"`,
	} {
		if got := read(t, e, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	got, _ := e.Value("webhook").(value.Object).Get("query")
	if v, ok := got.(value.Object).Get("x"); v != nil || !ok {
		t.Errorf("an absent parameter: %v, %v", v, ok)
	}
}

// TestExpressions checks how expressions of a flow read the parts of a request.
func TestExpressions(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `
path = "/{region}"
variable "items" {
  type = list(object({ sku = string, qty = optional(number, 1) }))
}
variable "note" {
  type     = string
  required = false
}`)
	scope := testScope()
	for root, typ := range w.Roots() {
		scope = scope.With(root, typ)
	}
	e := sent{
		url: "/eu?page=2", body: `{"items": [{"sku": "a"}, {"sku": "b", "qty": 2}]}`, path: map[string]string{"region": "eu"},
		header: http.Header{"X-Request-Id": {"r-1"}},
	}.accepted(t, w)
	for source, want := range map[string]string{
		`webhook.items`:                                      `[{"qty":1,"sku":"a"},{"qty":2,"sku":"b"}]`,
		`webhook.items[*].sku`:                               `["a","b"]`,
		`[for i in webhook.items : i.qty + 1]`:               `[2,3]`,
		`"${webhook.items[1].sku} ${webhook.path.region}"`:   `"b eu"`,
		`webhook.headers["x-request-id"]`:                    `"r-1"`,
		`upper(webhook.headers.x-request-id)`:                `"R-1"`,
		`webhook.headers["x-other"] == null ? 1 : 2`:         `1`,
		`webhook.query.page`:                                 `"2"`,
		`webhook.query.other == null ? "none" : "some"`:      `"none"`,
		`webhook.note == null ? "none" : webhook.note`:       `"none"`,
		`jq("[$webhook.path.region, $webhook.query.x]", 1)`:  `["eu",null]`,
		`jq("$webhook | .headers[\"X-Request-Id\"]", null)`:  `"r-1"`,
		`jq("keys | length", webhook.query)`:                 `1`,
		`length(webhook.items) + webhook.body.items[1].qty`:  `4`,
		`{ to = webhook.path, q = webhook.query }`:           `{"q":{"page":"2"},"to":{"region":"eu"}}`,
		`try(webhook.body.a.b, "none")`:                      `"none"`,
		`webhook.raw == "" ? "" : substr(webhook.raw, 0, 8)`: `"{\"items\""`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			parsed, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			compiled, diags := expr.Compile(parsed, scope, cty.DynamicPseudoType)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			v, err := compiled.Eval(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			if got := sortedJSON(t, asJSON(t, v)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// TestRawBodyIsOneText: each read of webhook.raw returns the same text, not a copy.
func TestRawBodyIsOneText(t *testing.T) {
	t.Parallel()
	e := &requestEvent{webhook: &webhook{}, raw: []byte("a body")}
	first, _ := e.Get("raw")
	second, _ := e.Get("raw")
	if first != "a body" || unsafe.StringData(first.(string)) != unsafe.StringData(second.(string)) {
		t.Errorf("the texts %q and %q are two", first, second)
	}
}
