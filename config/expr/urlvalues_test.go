package expr_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr"
)

// recordingEnv keeps the last recorded value.
type recordingEnv struct {
	env
	last *any
}

func (r recordingEnv) RecordValue(_ *expr.Expr, v any) { *r.last = v }

// TestURLIsRecordedWithoutMarks: the history shows the URL that was called, or
// the refused one.
func TestURLIsRecordedWithoutMarks(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`"https://h/${webhook.sku}"`:      "https://h/a%20b",
		`"https://h/${webhook.raw}"`:      "https://h/",
		`webhook.sku`:                     "a b",
		`"https://h/items?x"`:             "https://h/items?x",
		`"${webhook.sku}/${webhook.qty}"`: "a%20b/1",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			src, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			e, diags := expr.CompileURL(src, scope(), expr.CtyType[string]())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			e.SetName("url")
			var got any
			run := recordingEnv{env{"webhook": map[string]any{"sku": "a b", "raw": "", "qty": 1}}, &got}
			if _, err := expr.Bind[string](e).Eval(t.Context(), run); err != nil || got != want {
				t.Errorf("recorded %q, %v; want %q", got, err, want)
			}
		})
	}
}

// TestURLMembersAreRecordedWithoutMarks: the history shows headers as they were sent.
func TestURLMembersAreRecordedWithoutMarks(t *testing.T) {
	t.Parallel()
	const source = `merge({ location = "https://h/${webhook.sku}", x = "/${webhook.sku}" }, { y = webhook.qty })`
	src, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	e, diags := expr.CompileURLMembers(src, scope(), expr.CtyType[map[string]string](), []string{"Location"})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	e.SetName("headers")
	var got any
	run := recordingEnv{env{"webhook": map[string]any{"sku": "a b", "qty": 1}}, &got}
	sent, err := expr.Bind[map[string]string](e).Eval(t.Context(), run)
	if err != nil || sent["x"] != "/a b" || sent["location"] == "https://h/a b" {
		t.Errorf("%+q, %v", sent, err)
	}
	if recorded, _ := got.(map[string]any); recorded["location"] != "https://h/a%20b" || recorded["x"] != "/a b" {
		t.Errorf("recorded %+q", got)
	}
}
