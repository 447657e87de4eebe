package expr

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestFormsTryAgain: an evaluation whose forms can't be compiled fails, and the next one
// compiles them.
func TestFormsTryAgain(t *testing.T) {
	t.Parallel()
	syntax, diags := hclsyntax.ParseExpression([]byte(`"of ${w}"`), "a.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	scope := NewScope(nil, funcs.Table(funcs.Options{}), clock.System{}).With("w", cty.String)
	forms := &Forms{}
	e, diags := Compile(syntax, scope.WithForms(forms), cty.String)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	tries := 0
	forms.Drop(func(f *Forms) error {
		if tries++; tries == 1 {
			return errors.New("memory is short")
		}
		_, diags := Compile(syntax, scope.WithForms(f), cty.String)
		if diags.HasErrors() {
			return diags
		}
		return nil
	})
	if v, err := e.Eval(context.Background(), wordEnv{}); err == nil || !strings.Contains(err.Error(), "emory is short") {
		t.Errorf("the first evaluation: %v, %v", v, err)
	}
	for range 2 {
		if v, err := e.Eval(context.Background(), wordEnv{}); err != nil || v != "of x" {
			t.Errorf("a later evaluation: %v, %v", v, err)
		}
	}
	if tries != 2 {
		t.Errorf("the expression was compiled %d times, want 2", tries)
	}
}

// wordEnv is a run in which each name is the text x.
type wordEnv struct{}

func (wordEnv) Value(string) any { return "x" }
