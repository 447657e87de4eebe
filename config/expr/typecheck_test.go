package expr_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// TestOperandMistakes tests the mistakes that HCL accepts.
func TestOperandMistakes(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, summary, detail string }{
		{"number and text", `webhook.qty == "7"`, "Comparison of different types", "always false: on the left stands a number and on the right a string. Write 7 without quotes"},
		{"text and number", `webhook.sku != 7`, "Comparison of different types", "always true: on the left stands a string and on the right a number. Convert the text: tonumber(…)"},
		{"number and word", `webhook.qty == "many"`, "Comparison of different types", "Compare it with a number."},
		{"text and list", `webhook.sku == ["A"]`, "Comparison of different types", "Compare a part of it"},
		{"deep inside", `[for i in webhook.body.items : webhook.qty == "7" ? 1 : 2]`, "Comparison of different types", "always false"},
		{"same types", `webhook.qty == 7 && webhook.sku == "7"`, "", ""},
		{"unknown type", `webhook.body.total == "7"`, "", ""},
		{"null", `webhook.qty == null || webhook.body == null`, "", ""},
		{"variable of a for", `[for i in [1, 2] : i == "1"]`, "", ""},
		{"lists", `webhook.body.items == []`, "", ""},
		{"condition of two types", `(webhook.qty > 1 ? webhook.qty : "n/a") == 5`, "", ""},

		{"number as condition", `webhook.qty ? "a" : "b"`, "Not a condition", "this is a number"},
		{"text as condition", `webhook.sku ? "a" : "b"`, "Not a condition", "this is a text"},
		{"map as condition", `!webhook.headers`, "Not a condition", "length(…) > 0"},
		{"text beside and", `webhook.sku && true`, "Not a condition", "this is a text"},
		{"anything as condition", `webhook.body.yes ? "a" : "b"`, "", ""},
		{"fixed text as condition", `"true" && webhook.body.yes`, "", ""},
		{"directive", `"%{if webhook.sku}a%{endif}"`, "Not a condition", "this is a text"},

		{"map in a text", `"a ${webhook.headers}"`, "Not a text", "an object of strings, which can't stand inside a text: write jsonencode(…)"},
		{"list in a text", `"a ${[webhook.sku]}"`, "Not a text", "join(\", \", …)"},
		{"repeated text", `"%{for k, v in webhook.headers}${k}=${v} %{endfor}"`, "", ""},
		{"number in a text", `"a ${webhook.qty}"`, "", ""},

		{"sum of texts", `"a" + webhook.body.name`, "Text in a sum", `"${a} and ${b}"`},
		{"sum with a template", `webhook.body.total + "a ${webhook.sku}"`, "Text in a sum", ""},
		{"sum of constant texts", `"a" + "b"`, "Text in a sum", ""},
		{"sum with a text of digits", `webhook.qty + "1"`, "", ""},
		{"sum with a text of the run", `webhook.sku + 1`, "", ""},

		{"below a text", `webhook.sku.name`, "Unknown name", "webhook.sku is a string and has no members. If it is JSON, write jsondecode(webhook.sku)"},
		{"below an element of a map", `webhook.headers["a"].b`, "Unknown name", `webhook.headers["a"] is a string`},
		{"member of another name", `body.total`, "Unknown name", "Did you mean webhook.body?"},
		{"name of an action", `sum.value`, "Unknown name", "Did you mean action.sum?"},
		{"function", `upper.x`, "Unknown name", "upper is a function"},
		{"elsewhere", `var.shop`, "Unknown name", "Did you mean local?"},
		{"None", `None`, "Unknown name", "Write null"},
		{"True", `True`, "Unknown name", "Write true"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := expr.Compile(parse(t, c.src), scope(), cty.DynamicPseudoType)
			expectOne(t, diags, hcl.DiagError, c.summary, c.detail)
		})
	}
}

// expectOne checks for one finding, or for none where the summary is empty.
func expectOne(t *testing.T, diags hcl.Diagnostics, severity hcl.DiagnosticSeverity, summary, detail string) {
	t.Helper()
	if summary == "" {
		if len(diags) > 0 {
			t.Errorf("found %v, want nothing", diags)
		}
		return
	}
	if len(diags) != 1 {
		t.Fatalf("%d findings, want one: %v", len(diags), diags)
	}
	if d := diags[0]; d.Severity != severity || d.Summary != summary || !strings.Contains(d.Detail, detail) {
		t.Errorf("found %q: %q, want %q: …%q…", d.Summary, d.Detail, summary, detail)
	}
}

func TestWrongTypes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		want      cty.Type
		detail    string
	}{
		{"text for a bool", `"yes"`, cty.Bool, "This must be a bool, but it is a string. Write true or false"},
		{"number for a bool", `1`, cty.Bool, "Write true or false"},
		{"text of the run for a bool", `webhook.sku`, cty.Bool, "this is a text. Compare it"},
		{"number of the run for a bool", `webhook.qty`, cty.Bool, "this is a number. Compare it"},
		{"text for a number", `"many"`, cty.Number, "Write a number in digits"},
		{"list for a text", `["a"]`, cty.String, "This must be a string, but it is a list."},
		{"text for a list", `"a"`, cty.List(cty.String), "This must be a list of strings, but it is a string. Put it in brackets"},
		{"list for a map", `["a"]`, cty.Map(cty.String), "This must be an object of strings, but it is a list. Write it as { NAME = VALUE }"},
		{"element", `[["a"]]`, cty.List(cty.String), "element 0"},
		{"member", `{ a = [1] }`, cty.Map(cty.String), `element "a"`},
		{"secret member", `{ a = [secret.key] }`, cty.Map(cty.String), "This must be an object of strings, but it is an object."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := expr.Compile(parse(t, c.src), scope(), c.want)
			if len(diags) != 1 || diags[0].Summary != "Wrong type" || !strings.Contains(diags[0].Detail, c.detail) {
				t.Errorf("findings %v, want one: …%q…", diags, c.detail)
			}
		})
	}
}

// TestLookalikes holds the warnings of texts that look like references.
func TestLookalikes(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, cure string }{
		{"double braces", `"order {{ webhook.body.id }}"`, "${webhook.body.id}"},
		{"template of Go", `"order {{ .webhook.body.id }}"`, "${webhook.body.id}"},
		{"data of n8n", `"order {{ $json.body.id }}"`, "${webhook.body.id}"},
		{"dollar", `"order $webhook.body.id of $5"`, "${webhook.body.id}"},
		{"dollar before another name", `"costs $webshop.total and $1.50"`, ""},
		{"quoted reference", `"webhook.body.items[0].sku"`, "webhook.body.items[0].sku without quotes"},
		{"quoted secret", `["secret.key"]`, "secret.key without quotes"},
		{"quoted name of nothing", `"secret.nope"`, ""},
		{"name of an event", `webhook.body.type == "action.completed"`, ""},
		{"sentence", `"see webhook.body.total"`, ""},
		{"key", `{ "webhook.body" = 1 }`, ""},
		{"program", `jq("$webhook.body.total", webhook.body)`, ""},
		{"input of a program", `jq(".", "webhook.body.total")`, "webhook.body.total without quotes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := expr.Compile(parse(t, c.src), scope(), cty.DynamicPseudoType)
			summary := "Not a reference"
			if c.cure == "" {
				summary = ""
			}
			expectOne(t, diags, hcl.DiagWarning, summary, "To insert the value write "+c.cure+".")
		})
	}
}

// TestCallersChooseNoFile tests that values of a run never choose which file or
// variable is read.
func TestCallersChooseNoFile(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		fits      bool
	}{
		{"the body", `file(webhook.body.name)`, false},
		{"a part of the name", `filebase64("texts/${webhook.sku}.txt")`, false},
		{"a variable of the environment", `env(webhook.body.name)`, false},
		{"a default", `env("NOBODY_SET_THIS", webhook.sku)`, false},
		{"elements", `[for n in webhook.body.names : file(n)]`, false},
		{"elements in a text", `"%{for n in webhook.body.names}${file(n)}%{endfor}"`, false},
		{"inside of a program's input", `jq(".", file(webhook.sku))`, false},
		{"constant elements beside the run", `[for n in ["a"] : "${file(n)}${webhook.sku}"]`, false},
		{"a constant", `replace(file("name"), "x", webhook.sku)`, true},
		{"a local", `"${file(local.shop)} ${webhook.sku}"`, true},
		{"constant elements", `[for n in ["a", "b"] : file(n)]`, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := expr.Compile(parse(t, c.src), scope(), cty.DynamicPseudoType)
			refused := false
			for _, d := range diags {
				refused = refused || d.Summary == "Value not fixed"
			}
			if refused == c.fits {
				t.Errorf("findings: %v", diags)
			}
		})
	}
}

// TestFindingsAreRedacted tries to make findings reveal a secret.
func TestFindingsAreRedacted(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"key that is there twice":    `{ for i in [1, 2] : secret.key => i }`,
		"element that is no number":  `[for p in split("-", secret.key) : p + 1]`,
		"argument inside of a for":   `[for p in split("-", secret.key) : parseint(p, 10)]`,
		"argument":                   `parseint(secret.key, 10)`,
		"operand":                    `secret.key + 1`,
		"condition":                  `secret.key ? 1 : 2`,
		"index":                      `{ a = 1 }[secret.key]`,
		"inside of a text":           `"%{for p in [secret.key]}${p + 1}%{endfor}"`,
		"program":                    `jq("{ ${secret.key}", webhook.body)`,
		"part of a local's value":    `tonumber("x${local.token}")`,
		"comparison with a constant": `secret.key == 5`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := expr.Compile(parse(t, src), scope(), cty.DynamicPseudoType)
			if !diags.HasErrors() {
				t.Fatal("the expression was accepted")
			}
			for _, d := range diags {
				for _, part := range []string{"s3cr3t", "hunter2"} {
					if strings.Contains(d.Summary+d.Detail, part) {
						t.Errorf("the finding tells of the secret: %s: %s", d.Summary, d.Detail)
					}
				}
				if d.EvalContext != nil {
					t.Error("the finding takes the values along")
				}
			}
		})
	}
}
