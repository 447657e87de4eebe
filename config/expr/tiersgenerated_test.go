package expr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

// TestGeneratedTiers: generated expressions have the same values in their fast tiers and
// by HCL, and the same values and errors after their forms were dropped.
func TestGeneratedTiers(t *testing.T) {
	t.Parallel()
	const count = 500
	scope, fast, succeeded := tierScope(), 0, 0
	for seed := range uint64(count) {
		g := tierGenerator{rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // the same seed must give the same expression
		src, doc := g.expression(3), g.document()
		if compareTiers(t, scope, src, doc) {
			fast++
		}
		if compareDropped(t, scope, src, doc) {
			succeeded++
		}
	}
	t.Logf("of %d expressions %d have a value, %d of them in a fast tier", count, succeeded, fast)
	if succeeded < count/4 || fast < count/8 {
		t.Errorf("of %d expressions %d have a value, %d of them in a fast tier, which tests too little", count, succeeded, fast)
	}
}

// FuzzGeneratedTiers: see TestGeneratedTiers.
func FuzzGeneratedTiers(f *testing.F) {
	for seed := range 50 {
		f.Add(fmt.Append(nil, seed))
	}
	scope := tierScope()
	f.Fuzz(func(t *testing.T, decisions []byte) {
		g := tierGenerator{fuzztest.NewRand(decisions)}
		src, doc := g.expression(3), g.document()
		compareTiers(t, scope, src, doc)
		compareDropped(t, scope, src, doc)
	})
}

// compareDropped compares evaluations after forms were dropped with those before, and
// reports whether the expression has a value.
func compareDropped(t *testing.T, s *Scope, src string, doc any) bool {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "f.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	whole, diags := Compile(e, s, cty.DynamicPseudoType)
	if diags.HasErrors() {
		return false
	}
	forms := &Forms{}
	dropped, _ := Compile(e, s.WithForms(forms), cty.DynamicPseudoType)
	forms.Drop(func(f *Forms) error {
		_, diags := Compile(e, s.WithForms(f), cty.DynamicPseudoType)
		return errors.Join(diags.Errs()...)
	})
	env := testEnv{"w": doc}
	want, wantErr := whole.Eval(context.Background(), env)
	for n := range 2 {
		got, err := dropped.Eval(context.Background(), env)
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(err, wantErr) {
			t.Fatalf("%s of %v is %#v, %v, and %#v, %v in evaluation %d after its forms were dropped", src, doc, want, wantErr, got, err, n+1)
		}
	}
	return wantErr == nil
}

// tierGenerator writes expressions, most of which have a fast form, and values for them.
type tierGenerator struct{ *rand.Rand }

func (g tierGenerator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g tierGenerator) expression(depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		return g.path()
	}
	switch g.IntN(16) {
	case 13, 14:
		return g.comparison(depth)
	case 15:
		return "(" + g.comparison(depth) + " " + g.pick("&&", "||") + " " + g.expression(depth-1) + ")"
	case 0:
		return g.pick("1", "2.50", "true", "null", `"x"`, `"e\u0301"`, "local.text", "local.number", "local.list", `""`)
	case 1, 2, 3:
		return g.template(depth)
	case 4, 5:
		return "[" + g.expression(depth-1) + ", " + g.expression(depth-1) + "]"
	case 6, 7, 8, 9:
		return g.object(depth)
	case 10:
		return "(" + g.pick("w.t", "w.n == 1", "w.s == w.u", "can(w.none)") + " ? " + g.expression(depth-1) + " : " + g.expression(depth-1) + ")"
	case 11:
		return g.pick("try", "coalesce") + "(" + g.expression(depth-1) + ", " + g.expression(depth-1) + ")"
	}
	return g.pick("jsonencode", "nonsensitive", "upper", "can", "length") + "(" + g.expression(depth-1) + ")"
}

func (g tierGenerator) comparison(depth int) string {
	operand := func() string {
		return g.pick(g.path(), g.path(), g.pick("1", "0.1", "-0", "9007199254740993", "1e400", "-1", "1/3", `"x"`, `"\u00e9"`, "true", "null", "local.number"), g.expression(depth-1))
	}
	return g.pick("", "", "", "!") + "(" + operand() + " " + g.pick("==", "!=", "<", "<=", ">", ">=") + " " + operand() + ")"
}

func (g tierGenerator) path() string {
	return g.pick("w.s", "w.n", "w.t", "w.u", "w.list", "w.list[0]", "w.list[1]", `w.list["0"]`, "w.o.n", "w.o.s", `w["k-x"]`, "w.o", "(w.s)", "w.none", "w.s.x", "w.list[-1]", "w.o.o.n", "w.n")
}

func (g tierGenerator) template(depth int) string {
	var out strings.Builder
	for range 1 + g.IntN(3) {
		out.WriteString(g.pick("", "a ", `\n`, "$${", "e\u0301", "${"+g.path()+"}", "${"+g.path()+"}", "${"+g.expression(depth-1)+"}", "%{ if w.t }x%{ endif }"))
	}
	return `"` + out.String() + `"`
}

func (g tierGenerator) object(depth int) string {
	var members []string
	for range g.IntN(4) {
		key := g.pick("a", "b", "c", `"a"`, `"e\u0301"`, `"\u00e9"`, "(local.text)", "1", `"${local.text}b"`, "n")
		members = append(members, key+" = "+g.expression(depth-1))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// document returns the value of w.
func (g tierGenerator) document() any {
	doc := map[string]any{"o": map[string]any{"o": map[string]any{"n": g.scalar()}, "n": g.scalar(), "s": g.scalar()}, "list": []any{g.scalar(), g.scalar()}}
	for _, name := range []string{"s", "n", "t", "u", "k-x"} {
		if g.IntN(8) > 0 {
			doc[name] = g.scalar()
		}
	}
	return doc
}

func (g tierGenerator) scalar() any {
	switch g.IntN(9) {
	case 8: // as jq computes them
		return []any{1, 0, 0.1, 1e21, 9007199254740992.0, math.Copysign(0, -1), new(big.Int).Lsh(big.NewInt(1), 70)}[g.IntN(7)]
	case 0:
		return nil
	case 1:
		return g.IntN(2) == 0
	case 2:
		return []any{json.Number("1.50")}
	case 3, 4:
		return json.Number(g.pick("0", "1", "2.50", "1e3", "-0", "0.1", "1e400", "12345678901234567890123", "1E-7", "9007199254740993", "9007199254740992", "0.10", "0.3333333333333333"))
	}
	return g.pick("", "x", "10", "e\u0301", "\u212b", "\u0301", "a\\\"\n")
}
