package expr

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestScopesShareNames: several goroutines compile and evaluate expressions of one scope.
// The type of a name is made once, and a form that is dropped comes back once.
func TestScopesShareNames(t *testing.T) {
	t.Parallel()
	var made, restored atomic.Int64
	around := NewScope(nil, funcs.Table(funcs.Options{}), clock.System{}).WithLazy("w", func() cty.Type {
		made.Add(1)
		return cty.ObjectWithOptionalAttrs(map[string]cty.Type{"s": cty.String, "n": cty.String}, []string{"n"})
	})
	parse := func(text string) hclsyntax.Expression {
		source, diags := hclsyntax.ParseExpression([]byte(text), "a.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Error(diags)
		}
		return source
	}
	shared, forms := parse(`upper("${w.s}!")`), &Forms{}
	e, diags := Compile(shared, around.WithForms(forms), cty.String)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	forms.Drop(func(f *Forms) error {
		restored.Add(1)
		_, diags := Compile(shared, around.WithForms(f), cty.String)
		if diags.HasErrors() {
			return diags
		}
		return nil
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			scope := around.WithMember("action", "a", cty.Object(map[string]cty.Type{"value": cty.String}))
			for text, want := range map[string]string{`"${w.s}${action.a.value}"`: "", `w.missing`: "missing", `upper(w.n)`: "null", `action.b`: `"b"`} {
				_, diags := Compile(parse(text), scope, cty.String)
				if want == "" && len(diags) > 0 || want != "" && !strings.Contains(diags.Error(), want) {
					t.Errorf("%s: %v", text, diags)
				}
			}
			if v, err := e.Eval(t.Context(), testEnv{"w": map[string]any{"s": "a"}}); err != nil || v != "A!" {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 || restored.Load() != 1 {
		t.Errorf("the type was made %d times, and the form restored %d times", made.Load(), restored.Load())
	}
}
