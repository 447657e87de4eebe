package schema_test

import (
	"html"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// page is the environment of a run and records its inputs.
type page struct {
	values map[string]any
	noted  map[string]any
}

func (p *page) Value(root string) any { return p.values[root] }

func (p *page) RecordValue(e *expr.Expr, v any) { p.noted[e.Name()] = v }

// TestEscape: an attribute of markup escapes texts of the run, and the stored input is
// the escaped text or the result of Shown.
func TestEscape(t *testing.T) {
	t.Parallel()
	var markup, guarded, plain expr.Of[string]
	diags := decode(t, "html = \"<p>${webhook.name}\"\nmarkdown = \"*${webhook.name}*\"\ntext = \"<p>${webhook.name}\"", func(s *schema.Spec) {
		schema.Expr(s, &markup, "html", "A page.", schema.Escape(html.EscapeString))
		schema.Expr(s, &guarded, "markdown", "A text.", schema.Escape(strings.ToUpper), schema.Shown(strings.ToLower))
		schema.Expr(s, &plain, "text", "A text.")
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	env := &page{values: map[string]any{"webhook": map[string]any{"name": "a<b"}}, noted: map[string]any{}}
	got := map[string]string{}
	for name, e := range map[string]expr.Of[string]{"html": markup, "markdown": guarded, "text": plain} {
		text, err := e.Eval(t.Context(), env)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = text
	}
	if diff := cmp.Diff(map[string]string{"html": "<p>a&lt;b", "markdown": "*A<B*", "text": "<p>a<b"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"html": "<p>a&lt;b", "markdown": "*a<b*", "text": "<p>a<b"}, env.noted); diff != "" {
		t.Error(diff)
	}
}
