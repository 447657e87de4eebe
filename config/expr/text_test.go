package expr_test

import (
	"context"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/internal/value"
)

// TestTextsStay evaluates expressions over texts that are not in Unicode's NFC
// form. "e\u0301" and "\u00e9" look the same and are different texts.
func TestTextsStay(t *testing.T) {
	t.Parallel()
	const body = `{"webhook": {"body": {
	  "name": "Zoe\u0308", "accent": "\u0301", "hat": "\u0302", "sign": "\u212b", "none": null, "yes": true,
	  "members": {"A\u030a": 1, "\u00c5": 2}, "list": ["e\u0301", "\u00e9", "e\u0301"],
	  "json": "{\"e\u0301\": \"o\u0308\"}", "people": [{"name": "Ame\u0301lie"}, {"name": "Am\u00e9lie"}]
	}, "raw": "{\"name\": \"Zoe\u0308\"}"}}`
	tests := []struct{ name, src, want string }{
		{"condition", `webhook.body.yes ? webhook.body.name : ""`, `"Zoe\u0308"`},
		{"loop", `[for p in webhook.body.people : p.name]`, `["Ame\u0301lie", "Am\u00e9lie"]`},
		{"loop over members", `[for k, v in webhook.body.members : v if k != ""]`, `[1, 2]`},
		{"object made by a loop", `{ for p in webhook.body.people : p.name => 1 }`, `{"Ame\u0301lie": 1, "Am\u00e9lie": 1}`},
		{"name of a member", `{ (webhook.body.name) = 1, "${webhook.body.list[1]}${webhook.body.accent}" = webhook.body.sign }`, `{"Zoe\u0308": 1, "\u00e9\u0301": "\u212b"}`},
		{"splat", `webhook.body.people[*].name`, `["Ame\u0301lie", "Am\u00e9lie"]`},
		{"index by a value", `{ for k, v in webhook.body.members : k => webhook.body.members[k] }`, `{"A\u030a": 1, "\u00c5": 2}`},
		{"merge", `merge(webhook.body.members, { x = webhook.body.sign })`, `{"A\u030a": 1, "\u00c5": 2, "x": "\u212b"}`},
		{"values", `length(values(webhook.body.members))`, `2`},
		{"coalesce", `coalesce(webhook.body.none, webhook.body.name)`, `"Zoe\u0308"`},
		{"try", `try(webhook.body.nothing, webhook.body.name)`, `"Zoe\u0308"`},
		{"distinct", `distinct(webhook.body.list)`, `["e\u0301", "\u00e9"]`},
		{"concat", `concat([webhook.body.accent], webhook.body.list)`, `["\u0301", "e\u0301", "\u00e9", "e\u0301"]`},
		{"lookup", `lookup({ a = webhook.body.name }, "a", "")`, `"Zoe\u0308"`},
		{"text with a call", `"${lower(webhook.body.name)}/e${webhook.body.accent}"`, `"zoe\u0308/e\u0301"`},
		{"upper", `upper(webhook.body.name)`, `"ZOE\u0308"`},
		{"join", `join("e", ["", webhook.body.accent])`, `"e\u0301"`},
		{"split", `split("", webhook.body.name)`, `["Z", "o", "e", "\u0308"]`},
		{"replace", `replace(webhook.body.name, "Z", "z")`, `"zoe\u0308"`},
		{"format", `format("%s!", webhook.body.name)`, `"Zoe\u0308!"`},
		{"substr", `substr(webhook.body.name, 2, 1)`, `"e\u0308"`},
		{"strrev", `strrev(webhook.body.name)`, `"e\u0308oZ"`},
		{"trimspace", `trimspace(" ${webhook.body.name} ")`, `"Zoe\u0308"`},
		{"regex", `regex("Z(.*)", webhook.body.name)`, `["oe\u0308"]`},
		{"length in visible characters", `length(webhook.body.name)`, `3`},
		{"jsonencode", `jsondecode(jsonencode(webhook.body.members))`, `{"A\u030a": 1, "\u00c5": 2}`},
		{"jsondecode", `jsondecode(webhook.body.json)`, `{"e\u0301": "o\u0308"}`},
		{"base64", `base64decode(base64encode(webhook.body.sign))`, `"\u212b"`},
		{"urlencode", `urlencode(webhook.body.accent)`, `"%CC%81"`},
		{"hash", `sha256(webhook.body.sign) == sha256("\u00c5")`, `false`},
		{"signature over the body", `hmac("sha256", "key", webhook.raw)`, `"af17c8a2d7cef4e1c05213cba83caf4095e123ea3252fcff8401e5c02ba96124"`},
		{"jq", `jq(". + $webhook.body.accent", webhook.body.name)`, `"Zoe\u0308\u0301"`},
		{"jq program", `jq("\"\\(.)e\u0301\"", webhook.body.sign)`, `"\u212be\u0301"`},
		{"literal", `"e\u0301"`, `"e\u0301"`},
		{"literal beside a value", `"${webhook.body.list[1]}\u0301"`, `"\u00e9\u0301"`},
		{"literal name", `webhook.body.members["A\u030a"]`, `1`},
		{"literal name in a computation", `webhook.body.members["A\u030a"] + webhook.body.members["\u00c5"] * 10`, `21`},
		{"pattern", `regex("^Zo.(.)$", webhook.body.name)`, `["\u0308"]`},
		{"pattern of a range", `replace(webhook.body.name, "/[\u0300-\u036f]/", "")`, `"Zoe"`},
		{"width", `format("%5s|%.3s|", webhook.body.name, webhook.body.name)`, `"  Zoe\u0308|Zoe\u0308|"`},
		{"characters to trim", `trim("${webhook.body.sign}x${webhook.body.sign}", webhook.body.sign)`, `"x"`},
		{"joined name", `{ "${webhook.body.name}x\u0302" = 1 }["${webhook.body.name}x${webhook.body.hat}"]`, `1`},
		{"joined name of a loop", `{ for p in webhook.body.people : "${p.name}x\u0302" => p.name }["Am\u00e9liex\u0302"]`, `"Am\u00e9lie"`},
		{"joined texts are equal", `distinct(["${webhook.body.name}x\u0302", join("", [webhook.body.name, "x\u0302"])])`, `["Zoe\u0308x\u0302"]`},
		{"comparison at load", `"e\u0301" == "\u00e9"`, `true`},
		{"comparison ignores the form", `webhook.body.list[0] == "\u00e9"`, `true`},
		{"contains ignores the form", `contains(["\u00e9"], webhook.body.list[0])`, `true`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, diags := syntax.Parse("a.hcl", []byte("a = "+tt.src+"\n"))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			e, diags := expr.Compile(file.Attributes["a"].Expr, scope(), cty.DynamicPseudoType)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got, err := e.Eval(context.Background(), env(decode(t, body).(map[string]any)))
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, tt.want); !value.Equal(got, want) {
				t.Errorf("got %+q, want %+q", got, want)
			}
		})
	}
}
