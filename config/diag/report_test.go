package diag_test

import (
	"encoding/json"
	"os"
	"path"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// sample is a report with one finding of every sort, not in order.
func sample(t *testing.T) diag.Report {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"flows/orders.hcl", "flows/büro 1.hcl"} {
		src, err := os.ReadFile(path.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = src
	}
	in := func(name, needle string) *hcl.Range { return at(t, name, string(files[name]), needle) }
	const orders, office = "flows/orders.hcl", "flows/büro 1.hcl"
	expression, ctx := slackText(t)
	return diag.Report{Files: files, Diags: hcl.Diagnostics{
		{
			Severity: hcl.DiagError, Summary: "Duplicate case",
			Detail:  "Two cases of this branch are named \"enough\". Give each a name of its own:\n\n  case \"enough\" {\n    when = action.check.body.available\n  }",
			Subject: in(orders, "|case \"enough\" {\n      when = false\n      # never reached\n    }|"),
		},
		{
			Severity: hcl.DiagError, Summary: "Unknown name", Detail: `There is no name "webhok" here.` + diag.DidYouMean("webhok", []string{"webhook", "action"}),
			Subject: in(orders, "${|webhok|.order_id"), Context: in(orders, `json = { text`),
			Expression: expression, EvalContext: ctx,
		},
		nil,
		{
			Severity: hcl.DiagWarning, Summary: "Unknown attribute", Detail: `A variable has no attribute "typ", so this one does nothing.` + diag.DidYouMean("typ", []string{"type", "from"}),
			Subject: in(orders, "typ"), Context: in(orders, "variable \"total\" {\n      typ = number\n    }"),
		},
		{Severity: hcl.DiagWarning, Summary: "Größe, 50%: unklar", Detail: "100%\r\nfirst: second, third", Subject: in(office, "${|order|}")},
		{Severity: hcl.DiagError, Summary: "Missing file", Subject: &hcl.Range{Filename: "flows/gone.hcl", Start: hcl.Pos{Line: 3, Column: 7, Byte: 40}, End: hcl.Pos{Line: 4, Column: 2, Byte: 60}}},
		{Severity: hcl.DiagError, Summary: "No flows", Detail: "There is no *.hcl file below the paths that were given, so there is nothing to serve."},
	}}
}

// slackText is the expression of the sample and the values of its names.
func slackText(t *testing.T) (hcl.Expression, *hcl.EvalContext) {
	t.Helper()
	src := `"${webhok.order_id}: ${webhook.total} ${webhook.total} ${webhook.items} ${secret.slack_url} ${run.id}"`
	expression, diags := hclsyntax.ParseExpression([]byte(src), "flows/orders.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return expression, &hcl.EvalContext{Variables: map[string]cty.Value{
		"webhook": cty.ObjectVal(map[string]cty.Value{
			"total": cty.MustParseNumberVal("129.90"),
			"items": cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
		}),
		"secret": cty.ObjectVal(map[string]cty.Value{"slack_url": cty.StringVal("https://hush").Mark("sensitive")}),
		"run":    cty.ObjectVal(map[string]cty.Value{"id": cty.UnknownVal(cty.String)}),
	}}
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		golden, format string
		opts           diag.Options
	}{
		{"report.txt", "text", diag.Options{Width: 72}},
		{"report.nowrap.txt", "text", diag.Options{}},
		{"report.color.txt", "text", diag.Options{Width: 72, Color: true}},
		{"report.json", "json", diag.Options{}},
		{"report.github.txt", "github", diag.Options{}},
		{"report.sarif.json", "sarif", diag.Options{Version: "1.2.3"}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			t.Parallel()
			got := write(t, tt.format, sample(t), tt.opts)
			golden(t, tt.golden, got)
			if path.Ext(tt.golden) == ".json" && !json.Valid([]byte(got)) {
				t.Error("not valid JSON")
			}
		})
	}
}
