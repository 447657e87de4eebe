package expr_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

// env is a run made of JSON values by root name.
type env map[string]any

func (e env) Value(root string) any { return e[root] }

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text), value.Limits{})
	if err != nil {
		t.Fatalf("decoding %s: %v", text, err)
	}
	return v
}

var webhookType = cty.Object(map[string]cty.Type{
	"body": cty.DynamicPseudoType, "headers": cty.Map(cty.String), "raw": cty.String,
	"qty": cty.Number, "sku": cty.String,
})

func scope() *expr.Scope {
	consts := map[string]cty.Value{
		"local": cty.ObjectVal(map[string]cty.Value{
			"shop": cty.StringVal("Lampenladen"), "limit": cty.NumberIntVal(3),
			"token": cty.StringVal("hunter2hunter2").Mark(expr.Sensitive),
		}),
		"secret": cty.ObjectVal(map[string]cty.Value{
			"key":   cty.StringVal("s3cr3t-value").Mark(expr.Sensitive),
			"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
		}),
	}
	s := expr.NewScope(consts, funcs.Table(funcs.Options{}), clock.System{}).With("webhook", webhookType)
	return s.WithMember("action", "sum", cty.Object(map[string]cty.Type{"value": cty.DynamicPseudoType})).
		WithMember("action", "gone", cty.Object(map[string]cty.Type{"value": cty.DynamicPseudoType})).
		WithUnavailable(func(place, name string) string {
			if place == "action" && name == "later" {
				return "It has not run yet."
			}
			return ""
		})
}

const runJSON = `{
  "webhook": {
    "body": {"items": [{"sku": "A", "qty": 2}, {"sku": "B", "qty": 1}], "total": 154.581, "big": 9007199254740993,
             "name": "Zo\u0308e", "none": null, "yes": true, "1e400": 1e400},
    "headers": {"X-Id": "h-1"}, "raw": "raw text", "qty": 7, "sku": "L-1"
  },
  "action": {"sum": {"value": 41}, "gone": null}
}`

func run(t testing.TB) env { return env(decode(t, runJSON).(map[string]any)) }

func parse(t testing.TB, src string) hclsyntax.Expression {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("parsing %s: %v", src, diags)
	}
	return e
}

func TestEval(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		tier      expr.Tier
		want      string // JSON
	}{
		{"literal", `"a"`, expr.Constant, `"a"`},
		{"local", `local.shop`, expr.Constant, `"Lampenladen"`},
		{"folded template", `"${local.shop} ${local.limit}"`, expr.Constant, `"Lampenladen 3"`},
		{"folded call", `upper(local.shop)`, expr.Constant, `"LAMPENLADEN"`},
		{"path", `webhook.sku`, expr.Path, `"L-1"`},
		{"deep path", `webhook.body.items[1].sku`, expr.Path, `"B"`},
		{"index by name", `webhook.headers["X-Id"]`, expr.Path, `"h-1"`},
		{"parentheses", `(webhook.sku)`, expr.Path, `"L-1"`},
		{"wrapped reference keeps its type", `"${webhook.qty}"`, expr.Path, `7`},
		{"number of 17 digits", `webhook.body.big`, expr.Path, `9007199254740993`},
		{"number beyond float64", `webhook.body["1e400"]`, expr.Path, `1e400`},
		{"whole list", `webhook.body.items`, expr.Path, `[{"qty": 2, "sku": "A"}, {"qty": 1, "sku": "B"}]`},
		{"null", `webhook.body.none`, expr.Path, `null`},
		{"skipped action", `action.gone`, expr.Path, `null`},
		{"template", `"order ${webhook.sku}: ${webhook.body.total} ${webhook.body.yes}"`, expr.Template, `"order L-1: 154.581 true"`},
		{"template keeps text that is not NFC", `"<${webhook.body.name}>"`, expr.Template, `"<Zo\u0308e>"`},
		{"template with a constant", `"${local.shop}/${webhook.sku}"`, expr.Template, `"Lampenladen/L-1"`},
		{"object", `{a = webhook.sku, b = 1, c = [webhook.qty, "x"]}`, expr.Object, `{"a": "L-1", "b": 1, "c": [7, "x"]}`},
		{"object with a computed member", `{a = webhook.qty * 2, (local.shop) = webhook.sku}`, expr.Object, `{"Lampenladen": "L-1", "a": 14}`},
		{"object with a key of the run", `{(webhook.sku) = 1}`, expr.General, `{"L-1": 1}`},
		{"arithmetic", `webhook.qty * 2 + 1`, expr.General, `15`},
		{"no tail of a division", `webhook.body.total + 0.1 - 0.1`, expr.General, `154.581`},
		{"thirds", `webhook.qty / 3`, expr.General, `2.3333333333333335`},
		{"beyond float64", `webhook.body["1e400"] * webhook.body["1e400"] / 3`, expr.General, `3.333333333333333333333333333333333e+799`},
		{"splat", `webhook.body.items[*].sku`, expr.General, `["A", "B"]`},
		{"for", `[for i in webhook.body.items : i.qty if i.qty > 1]`, expr.General, `[2]`},
		{"condition", `webhook.qty > 5 ? "many" : "few"`, expr.General, `"many"`},
		{"condition that keeps a number", `webhook.qty != null ? webhook.qty : "n/a"`, expr.General, `7`},
		{"condition with an object and a text", `webhook.qty > 5 ? webhook.body.items[0] : "none"`, expr.General, `{"qty": 2, "sku": "A"}`},
		{"condition with objects of two shapes", `webhook.qty > 5 ? {a = 1, b = "x"} : {c = [true]}`, expr.General, `{"a": 1, "b": "x"}`},
		{"condition with lists of two lengths", `webhook.qty < 5 ? [1] : ["x", 2, true]`, expr.General, `["x", 2, true]`},
		{"condition in a condition", `webhook.qty < 5 ? 1 : webhook.qty < 9 ? true : "x"`, expr.General, `true`},
		{"condition in a loop", `[for i in webhook.body.items : i.qty > 1 ? i.qty : "few"]`, expr.General, `[2, "few"]`},
		{"condition in a call", `jsonencode(webhook.body.none == null ? webhook.qty : "n/a")`, expr.General, `"7"`},
		{"condition known at load", `true ? 5 : "n/a"`, expr.Constant, `5`},
		{"result that fails and is not chosen", `webhook.body.none != null ? webhook.body.none.x : 0`, expr.General, `0`},
		{"remainder", `webhook.qty % 4`, expr.General, `3`},
		{"function", `upper(webhook.sku)`, expr.General, `"L-1"`},
		{"try on a skipped action", `try(action.gone.value, "none")`, expr.General, `"none"`},
		{"try on a missing member", `try(webhook.body.nowhere.deep, "none")`, expr.General, `"none"`},
		{"coalesce", `coalesce(webhook.body.none, "x")`, expr.General, `"x"`},
		{"jq", `jq(".[0].sku", webhook.body.items)`, expr.General, `"A"`},
		{"jq with a variable of the run", `jq(". + $webhook.qty", 1)`, expr.General, `8`},
		{"jq without a result", `jq("empty", webhook.qty)`, expr.General, `null`},
		{"constant jq", `jq(".a", {a = [1]})`, expr.Constant, `[1]`},
		{
			"whole and part of one name", `jsonencode([webhook.body.items[0], webhook.body.items, webhook.qty])`, expr.General,
			`"[{\"qty\":2,\"sku\":\"A\"},[{\"qty\":2,\"sku\":\"A\"},{\"qty\":1,\"sku\":\"B\"}],7]"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, diags := expr.Compile(parse(t, tt.src), scope(), cty.DynamicPseudoType)
			if diags.HasErrors() {
				t.Fatalf("compiling: %v", diags)
			}
			if e.Tier() != tt.tier {
				t.Errorf("tier is %s, want %s", e.Tier(), tt.tier)
			}
			got, err := e.Eval(context.Background(), run(t))
			if err != nil {
				t.Fatalf("evaluating: %v", err)
			}
			if want := decode(t, tt.want); !value.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestEvalErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"null in a text", `"a ${webhook.body.none}"`, "Null in a text: This is null, which can't stand inside a text. Write coalesce(…, \"none\")"},
		{"list in a text", `"a ${webhook.body.items}"`, "Not a text: This is a list, which can't stand inside a text: write join(\", \", …) for a list of texts, or jsonencode(…)"},
		{"object in a text", `"a ${webhook.body.items[0]}"`, "Not a text: This is an object, which can't stand inside a text: write jsonencode(…), or name one member."},
		{"object chosen in a text", `"a ${webhook.qty == 0 ? "" : webhook.body.items[0]}"`, "Not a text: This is an object"},
		{"list in a loop of a text", `"%{for i in [webhook.body.items]}${i}%{endfor}"`, "Not a text: This is a list"},
		{"object as a text of a function", `upper(webhook.body.items[0])`, "string required, but have object. Write jsonencode(…), or name one member."},
		{"missing member", `webhook.body.nowhere`, "nowhere"},
		{"member of null", `action.gone.value`, "null"},
		{"member of an object", `{a = webhook.body.nowhere}`, "nowhere"},
		{"index beyond the end", `webhook.body.items[7].sku`, "index"},
		{"division by zero", `webhook.qty / (webhook.qty - 7)`, "Division by zero: The divisor of this division is 0."},
		{"remainder by zero", `5 % (webhook.qty - 7)`, "Division by zero: The divisor of this remainder of a division is 0."},
		{"zero by zero", `(webhook.qty - 7) / (webhook.qty - 7)`, "Division by zero"},
		{"division by a result of jq that is zero", `webhook.qty / jq(".zero", { zero = webhook.qty - 7 })`, "Division by zero"},
		{"division by zero in a loop", `[for i in webhook.body.items : webhook.qty / (i.qty - 1)]`, "Division by zero"},
		{"division by zero in a call", `max(1, webhook.qty / (webhook.qty - 7))`, "Division by zero"},
		{"division by zero in a text", `"${webhook.qty / (webhook.qty - 7)} EUR"`, "Division by zero"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, diags := expr.Compile(parse(t, tt.src), scope(), cty.DynamicPseudoType)
			if diags.HasErrors() {
				t.Fatalf("compiling: %v", diags)
			}
			v, err := e.Eval(context.Background(), run(t))
			if err == nil {
				t.Fatalf("no error, value %v", v)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      cty.Type
		summary   string
		detail    string
		column    int
	}{
		{"unknown root", `webhok.sku`, cty.DynamicPseudoType, "Unknown name", `Did you mean "webhook"?`, 1},
		{"bare word", `hello`, cty.DynamicPseudoType, "Unknown name", `put it in quotes: "hello"`, 1},
		{"unknown member", `webhook.skus`, cty.DynamicPseudoType, "Unknown name", `Did you mean "sku"?`, 8},
		{"unknown local", `local.shp`, cty.DynamicPseudoType, "Unknown name", `Did you mean "shop"?`, 6},
		{"explained name", `action.later.value`, cty.DynamicPseudoType, "Unknown name", "It has not run yet.", 7},
		{"unknown output", `action.sum.values`, cty.DynamicPseudoType, "Unknown name", `Did you mean "value"?`, 11},
		{"unknown function", `uppr(webhook.sku)`, cty.DynamicPseudoType, "Unknown function", `Did you mean "upper"?`, 1},
		{"function of another language", `len(webhook.sku)`, cty.DynamicPseudoType, "Unknown function", "length", 1},
		{"inside a for that nobody can evaluate", `[for i in webhook.body.items : nope(i)]`, cty.DynamicPseudoType, "Unknown function", "nope", 32},
		{"wrong type", `[webhook.sku]`, cty.String, "Wrong type", "string", 1},
		{"text for a number", `"five"`, cty.Number, "Wrong type", "number", 1},
		{"division by zero", `webhook.qty / 0`, cty.DynamicPseudoType, "Division by zero", "Write a condition before it", 15},
		{"remainder by zero", `webhook.qty % (local.limit - 3)`, cty.DynamicPseudoType, "Division by zero", "remainder", 15},
		{"division by a text that is zero", `webhook.qty / "0.0"`, cty.DynamicPseudoType, "Division by zero", "", 15},
		{"division by zero in a loop", `[for i in [2, 1, 0] : webhook.qty / i]`, cty.DynamicPseudoType, "Division by zero", "", 37},
		{"constant division by zero", `1 / 0`, cty.DynamicPseudoType, "Division by zero", "", 5},
		{"number or list for a text", `webhook.body.yes ? webhook.qty : [webhook.sku]`, cty.String, "Wrong type", "list", 34},
		{"number or text for a number", `webhook.body.yes ? webhook.qty : "many"`, cty.Number, "Wrong type", "number", 34},
		{"operand", `webhook.body + true`, cty.DynamicPseudoType, "Invalid operand", "number", 16},
		{"jq syntax", `jq(".a | | .b", webhook.body)`, cty.DynamicPseudoType, "Invalid jq program", `unexpected token "|"`, 10},
		{"jq variable", `jq(".a + $webhok.qty", 1)`, cty.DynamicPseudoType, "Invalid jq program", "Did you mean $webhook?", 10},
		{"jq program of the run", `jq(webhook.sku, 1)`, cty.DynamicPseudoType, "Program not fixed", "input", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := scope().WithSource(func(string) []byte { return []byte(tt.src) })
			_, diags := expr.Compile(parse(t, tt.src), s, tt.want)
			if !diags.HasErrors() {
				t.Fatal("no error")
			}
			d := diags[0]
			if !strings.Contains(d.Summary, tt.summary) || !strings.Contains(d.Detail, tt.detail) {
				t.Errorf("got %q: %q, want %q: %q", d.Summary, d.Detail, tt.summary, tt.detail)
			}
			if d.Subject.Start.Column != tt.column {
				t.Errorf("column is %d, want %d", d.Subject.Start.Column, tt.column)
			}
		})
	}
}

func TestSensitive(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src  string
		want bool
	}{
		{`secret.key`, true},
		{`"Bearer ${secret.key}"`, true},
		{`"${webhook.sku} ${local.token}"`, true},
		{`{a = {b = secret.key}}`, true},
		{`upper("${secret.key}${webhook.sku}")`, true},
		{`jq(".", secret.key)`, true},
		{`local.shop`, false},
		{`webhook.sku`, false},
	}
	for _, tt := range tests {
		t.Run(tt.src, func(t *testing.T) {
			t.Parallel()
			e, diags := expr.Compile(parse(t, tt.src), scope(), cty.DynamicPseudoType)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if e.Sensitive() != tt.want {
				t.Errorf("sensitive is %t", e.Sensitive())
			}
		})
	}
}

func TestSensitiveErrorsHide(t *testing.T) {
	t.Parallel()
	e, diags := expr.Compile(parse(t, `tonumber("${secret.key}${webhook.sku}")`), scope(), cty.DynamicPseudoType)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	_, err := e.Eval(context.Background(), run(t))
	if err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error is %v", err)
	}
}

func TestUnsetSecret(t *testing.T) {
	t.Parallel()
	for _, src := range []string{`secret.unset`, `"x ${secret.unset}"`, `"${webhook.sku} ${secret.unset}"`} {
		if _, diags := expr.Compile(parse(t, src), scope(), cty.String); diags.HasErrors() {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

func TestConvert(t *testing.T) {
	t.Parallel()
	n, err := expr.Convert[int](json.Number("12"))
	if err != nil || n != 12 {
		t.Errorf("int: %d, %v", n, err)
	}
	if _, err := expr.Convert[int](json.Number("1.5")); err == nil {
		t.Error("1.5 became an int")
	}
	text, err := expr.Convert[string](json.Number("1.50"))
	if err != nil || text != "1.5" {
		t.Errorf("string: %q, %v", text, err)
	}
	if _, err := expr.Convert[string](nil); err == nil {
		t.Error("null became a string")
	}
	if m, err := expr.Convert[map[string]string](map[string]any{"a": json.Number("1"), "b": nil}); err != nil || len(m) != 1 || m["a"] != "1" {
		t.Errorf("map: %v, %v", m, err)
	}
}
