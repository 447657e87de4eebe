package expr

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

func compileTest(t *testing.T, src string) *Expr {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "c.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, diags := Compile(e, tierScope(), cty.DynamicPseudoType)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return out
}

func counted(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// TestLoopsEndWithTheirTime runs loops that would take hours, in every place of an
// expression that can contain a loop.
func TestLoopsEndWithTheirTime(t *testing.T) {
	t.Parallel()
	const loop = `[for a in w.list : [for b in w.list : b if a == b]]`
	const many = `{ for a in w.list : a => length([for b in w.list : b if a == b]) }`
	for name, src := range map[string]string{
		"tuple": loop, "object": many, "argument": `length(` + loop + `)`, "try": `try(` + loop + `, "none")`, "can": `can(` + loop + `)`,
		"template": `"${length(` + loop + `)}"`, "directive": `"%{ for a in w.list }%{ for b in w.list }%{ if a == b }x%{ endif }%{ endfor }%{ endfor }"`,
		"parentheses": `(` + loop + `)[0]`, "index": `w.list[length(` + loop + `)]`, "condition": `length(` + loop + `) > 1 ? 1 : 2`,
		"result": `w.list[0] == 1 ? 1 : ` + loop, "operand": `1 + length(` + loop + `)`, "negative": `-length(` + loop + `)`,
		"element": `[w.list[0], ` + loop + `]`, "member": `{ a = w.list[0], b = ` + loop + ` }`, "key": `{ "${length(` + loop + `)}" = 1 }`,
		"splat": loop + `[*][0]`, "try in a loop": `[for a in w.list : try([for b in w.list : b if a == b], 0)]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := compileTest(t, src)
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			v, err := e.Eval(ctx, testEnv{"w": map[string]any{"list": counted(90_000)}})
			var own *Error
			if !errors.As(err, &own) || own.Summary != "Expression stopped" || !strings.Contains(own.Detail, "too long") {
				t.Errorf("value %.40s, error %v", fmt.Sprint(v), err)
			}
		})
	}
}

// TestLoopsEndBeforeMemoryDoes gives a loop less memory than flows get.
func TestLoopsEndBeforeMemoryDoes(t *testing.T) {
	e := compileTest(t, `[for a in w.list : [for b in w.list : "${a}-${b}"]]`)
	g := newLoopGuard(context.Background(), clock.System{})
	if g.maxGrowth != maxHeapGrowth {
		t.Errorf("a loop may take %d bytes", g.maxGrowth)
	}
	g.maxGrowth = 16 << 20
	list, err := ToCty(counted(20_000))
	if err != nil {
		t.Fatal(err)
	}
	ec := e.form.Load().slow.needGeneral().static.NewChild()
	ec.Variables = map[string]cty.Value{
		"w": cty.ObjectVal(map[string]cty.Value{"list": list}), guardName: cty.CapsuleVal(guardType, g),
	}
	runtime.GC() // garbage of other tests would hide the growth
	if _, diags := g.evaluate(e.form.Load().slow.needGeneral().src, ec); !strings.Contains(diags.Error(), "memory grew") {
		t.Errorf("findings are %v", diags)
	}
}

// TestPanicsOfOthersPass tests that the guard recovers only its own panic.
func TestPanicsOfOthersPass(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_, _ = newLoopGuard(context.Background(), clock.System{}).evaluate(panicking{&hclsyntax.LiteralValueExpr{}}, nil)
}

type panicking struct{ hclsyntax.Expression }

func (panicking) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { panic("not the guard's") }

// TestTextsOfLargeNumbers sends texts where expressions need numbers, each of
// which would take from seconds to hours.
func TestTextsOfLargeNumbers(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`w.x * 2`, `2 - w.x`, `w.x > 1`, `1 <= w.x`, `-w.x`, `w.list[w.x]`, `"${w.x * 2}"`, `[for i in w.list : i + w.x]`, `abs(w.x)`, `max(1, w.x)`,
		`w.list[0] == 0 ? w.x + 1 : 0`, `(w.x) % 3`, `"%{ if w.x > 2 }a%{ endif }"`,
	} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			e := compileTest(t, src)
			for _, text := range []string{"1e600000000", "1E+600000000", "1e-600000000", "1p2000000000", strings.Repeat("9", 1_000_000), "0." + strings.Repeat("9", 1_000_000)} {
				_, err := e.Eval(context.Background(), testEnv{"w": map[string]any{"x": text, "list": counted(2)}})
				if err == nil || !strings.Contains(err.Error(), "at most 1000") {
					t.Errorf("%.20s: error %v", text, err)
				}
			}
		})
	}
}

// TestGuardedExpressionIsTheSame compares guarded expressions with HCL alone. It
// has no conditions with results of two types and no division by zero, in which
// both differ; see TestEval and TestEvalErrors.
func TestGuardedExpressionIsTheSame(t *testing.T) {
	t.Parallel()
	body := `{"a": [{"k": "x", "n": 2}, {"k": "y", "n": 3.5}], "o": {"p": 1, "q": "2"}, "s": "7", "t": true, "z": null, "long": "` + strings.Repeat("x", 2000) + `"}`
	v, err := value.Decode([]byte(body), value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ToCty(v)
	if err != nil {
		t.Fatal(err)
	}
	s := tierScope()
	for _, src := range []string{
		`[for i in w.a : i.n * 2]`, `{ for i in w.a : i.k => i.n if i.n > 2 }`, `{ for i in w.a : "same" => i.n... }`, `[for k, v in w.o : "${k}=${v}"]`,
		`w.s + 1`, `w.s > 5`, `-w.s`, `!w.t`, `w.a[w.s - 7].k`, `w.a[*].k`, `w.a[*].n[0]`, `w.o["p"]`, `w.o[w.long]`, `w.t ? w.o.p : 3`,
		`try(w.nope, [for i in w.a : i.k])`, `can(w.a[9])`, `"%{ for i in w.a ~}\n${i.k}\n%{ endfor ~}"`, `{ (w.s) = w.t ? 1 : 2, b = [w.o.q + 1] }`,
		`[for i in w.a : i.nope]`, `w.z + 1`, `w.long * 2`, `[for i in w.s : i]`, `w.z ? 1 : 2`, `jsonencode([for i in w.a : { x = i.n / 4 }])`, `{ for i in w.a : i.nope => 1 }`,
		`length([for i in w.a : try(i.x, "d") if i.k != "x"])`, `concat(w.a[*].n, [w.s])...`, `max([for i in w.a : i.n]...)`, `w.a.*.k`, `w.a[0][w.t ? "k" : "n"]`,
	} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			e, diags := hclsyntax.ParseExpression([]byte(src), "b.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				return // HCL has no such form
			}
			ec := s.static.NewChild()
			ec.Variables = map[string]cty.Value{"w": whole}
			want, wantDiags := e.Value(ec)
			got, gotDiags := guardExpression(e).Value(ec)
			if gotDiags.HasErrors() != wantDiags.HasErrors() || !wantDiags.HasErrors() && !got.RawEquals(want) {
				t.Errorf("%#v, %v; HCL alone gives %#v, %v", got, gotDiags, want, wantDiags)
			}
		})
	}
}

// TestJQEndsBeforeMemoryDoes runs a program that would take all memory, with a
// smaller limit than flows get, because the race detector makes it slow.
func TestJQEndsBeforeMemoryDoes(t *testing.T) {
	e, diags := hclsyntax.ParseExpression([]byte(`"[repeat(1)]"`), "m.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := tierScope().CompileJQ(e)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if p.form.Load().code.MaxGrowth != maxHeapGrowth {
		t.Errorf("a program may take %d bytes", p.form.Load().code.MaxGrowth)
	}
	p.form.Load().code.MaxGrowth = 16 << 20
	runtime.GC() // garbage of other tests would hide the growth
	if _, err := p.Run(context.Background(), testEnv{}, nil); !errors.Is(err, ErrJQMemory) {
		t.Errorf("error is %v", err)
	}
}
