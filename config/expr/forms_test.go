package expr

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
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

// TestFormsFallBack: an evaluation whose fast form fails, or that of a member, has the
// value or the error that it would have without forms that were dropped. The expressions
// are compiled once for the fast forms and once for the others.
func TestFormsFallBack(t *testing.T) {
	t.Parallel()
	scope := NewScope(nil, funcs.Table(funcs.Options{}), clock.System{}).With("w", cty.DynamicPseudoType)
	for _, c := range []struct {
		src   string
		tries int
	}{
		{`"of ${w}"`, 1},
		{`{a = w, b = {c = "${w}!", d = [w, 1]}}`, 1},
		{`w == "x"`, 1},
		{`w.id`, 2},
		{`"of ${w.id}"`, 2},
		{`{a = w, b = {c = "${w.id}"}}`, 2},
		{`[{a = w.id}]`, 2},
		{`{a = try(w.id, "none"), b = w}`, 1},
		{`{a = nonsensitive(w), b = nonsensitive(w.id)}`, 2},
	} {
		syntax, diags := hclsyntax.ParseExpression([]byte(c.src), "a.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		whole, diags := Compile(syntax, scope, cty.DynamicPseudoType)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		forms := &Forms{}
		e, _ := Compile(syntax, scope.WithForms(forms), cty.DynamicPseudoType)
		tries := 0
		forms.Drop(func(f *Forms) error {
			tries++
			_, diags := Compile(syntax, scope.WithForms(f), cty.DynamicPseudoType)
			return errors.Join(diags.Errs()...)
		})
		want, wantErr := whole.Eval(context.Background(), wordEnv{})
		for range 2 {
			v, err := e.Eval(context.Background(), wordEnv{})
			if !reflect.DeepEqual(v, want) || !reflect.DeepEqual(err, wantErr) {
				t.Errorf("%s: %v, %v, want %v, %v", c.src, v, err, want, wantErr)
			}
		}
		if tries != c.tries {
			t.Errorf("%s was compiled %d times, want %d", c.src, tries, c.tries)
		}
		if got := e.Type(); !got.Equals(whole.Type()) {
			t.Errorf("%s has the type %s, want %s", c.src, got.FriendlyName(), whole.Type().FriendlyName())
		}
	}
}

// TestFormsFallBackKeepsNumbers: a member that only HCL can evaluate changes no other
// member, also in the first evaluation after forms were dropped.
func TestFormsFallBackKeepsNumbers(t *testing.T) {
	t.Parallel()
	doc := map[string]any{"n": json.Number("1E-7"), "list": []any{"a"}}
	if !compareDropped(t, tierScope(), `{n = w.n, first = w.list["0"]}`, doc) {
		t.Error("the expression has no value")
	}
	if !compareDropped(t, tierScope(), `[w.n, {first = w.list["0"]}]`, doc) {
		t.Error("the expression has no value")
	}
}

// TestFormsAtOnce: runs that need the fast forms and the others at the same time have the
// values and errors that they have one after another.
func TestFormsAtOnce(t *testing.T) {
	t.Parallel()
	scope := NewScope(nil, funcs.Table(funcs.Options{}), clock.System{}).With("w", cty.DynamicPseudoType)
	compile := func(f *Forms) (out []*Expr, err error) {
		for i, src := range []string{`"of ${w}"`, `{a = w, b = ["${w.id}"]}`, `{a = try(w.id, w), b = [w == "x"]}`, `w.id`} {
			syntax, _ := hclsyntax.ParseExpression([]byte(src), "a.hcl", hcl.Pos{Line: i + 1, Column: 1, Byte: 100 * i})
			e, diags := Compile(syntax, scope.WithForms(f), cty.DynamicPseudoType)
			out, err = append(out, e), errors.Join(err, errors.Join(diags.Errs()...))
		}
		return out, err
	}
	whole, err := compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		forms, tries := &Forms{}, 0
		dropped, _ := compile(forms)
		forms.Drop(func(f *Forms) error {
			tries++
			_, err := compile(f)
			return err
		})
		var runs sync.WaitGroup
		for i, e := range dropped {
			for range 2 {
				runs.Go(func() {
					v, err := e.Eval(context.Background(), wordEnv{})
					want, wantErr := whole[i].Eval(context.Background(), wordEnv{})
					if !reflect.DeepEqual(v, want) || !reflect.DeepEqual(err, wantErr) {
						t.Errorf("expression %d: %v, %v, want %v, %v", i, v, err, want, wantErr)
					}
				})
			}
		}
		runs.Wait()
		if tries != 2 {
			t.Errorf("the expressions were compiled %d times, want 2", tries)
		}
	}
}
