package expr

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/value"
)

// TestEvalForJSON: a value that is only written has the same text as any other.
func TestEvalForJSON(t *testing.T) {
	t.Parallel()
	for text, members := range map[string]bool{
		`{ b = w.a, a = "x ${w.a}", c = { z = 1, y = [w.a] } }`: true,
		`{ a = 1, a = w.a }`: false, `{ (w.a) = 1 }`: false, `[w.a]`: false, `w.a`: false, `{ a = 1 }`: false,
	} {
		e := compileAny(t, text)
		env := testEnv{"w": map[string]any{"a": "A-1"}}
		v, err := e.EvalForJSON(t.Context(), env)
		plain, plainErr := e.Eval(t.Context(), env)
		got, _ := value.Append(nil, v)
		want, _ := value.Append(nil, plain)
		if err != nil || plainErr != nil || string(got) != string(want) {
			t.Errorf("%s: %s, %v, want %s, %v", text, got, err, want, plainErr)
		}
		if _, ok := v.(*value.Members); ok != members {
			t.Errorf("%s gives a %T", text, v)
		}
	}
}

func compileAny(t *testing.T, text string) *Expr {
	t.Helper()
	source, diags := hclsyntax.ParseExpression([]byte(text), "a.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	e, diags := Compile(source, tierScope(), cty.DynamicPseudoType)
	if diags.HasErrors() {
		t.Fatal(text, diags)
	}
	return e
}

// countingEnv counts how often the run is read.
type countingEnv struct {
	testEnv
	reads int
}

func (e *countingEnv) Value(root string) any {
	e.reads++
	return e.testEnv.Value(root)
}

// TestEvalForJSONFails: a failure is found as often as by Eval, since the expression may
// have taken long.
func TestEvalForJSONFails(t *testing.T) {
	t.Parallel()
	e := compileAny(t, `{ a = w.a, b = upper(w.b) }`)
	plain, forJSON := &countingEnv{testEnv: testEnv{"w": map[string]any{"a": 1.0}}}, &countingEnv{testEnv: testEnv{"w": map[string]any{"a": 1.0}}}
	_, want := e.Eval(t.Context(), plain)
	_, got := e.EvalForJSON(t.Context(), forJSON)
	if want == nil || got == nil || got.Error() != want.Error() || forJSON.reads != plain.reads {
		t.Errorf("%v after %d reads, want %v after %d", got, forJSON.reads, want, plain.reads)
	}
}
