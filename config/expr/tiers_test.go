package expr

import (
	"bytes"
	"context"
	"regexp"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

type testEnv map[string]any

func (e testEnv) Value(root string) any { return e[root] }

func tierScope() *Scope {
	consts := map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{
		"text": cty.StringVal("t"), "number": cty.MustParseNumberVal("1.50"), "bool": cty.True, "null": cty.NullVal(cty.String),
		"list": cty.TupleVal([]cty.Value{cty.StringVal("a")}),
	})}
	return NewScope(consts, funcs.Table(funcs.Options{}), clock.System{}).With("w", cty.DynamicPseudoType)
}

var hugeNumber = regexp.MustCompile(`[eE]\+?\d{4}`)

// FuzzTiers compares the fast tiers with the general tier: if a fast tier returns
// a value, HCL returns the same, to the last byte of every text. Only numbers may
// be written in another form. The form that is only written has the same JSON.
func FuzzTiers(f *testing.F) {
	for _, body := range []string{
		`{"a": {"b": [1, 2.50, 1e3, -0, 0.1]}, "s": "x", "t": true, "n": null, "k-x": "é"}`,
		`{"a": [], "s": "", "t": false, "n": {"a": null}}`,
		`{"s": "a\u0308ngstro\u0308m", "t": "\u212a", "a": {"b": ["\u00e4", 1, "a\u0308"]}, "n": "\u034f"}`,
		`{"s": "ängström", "a": {"b": 1.1000}, "t": {"b": 0.3e1}, "n": 1e400}`,
		`{"s": 12345678901234567890123, "a": {"b": "10"}}`,
		`{"s": 0.3333333333333333, "n": 0.12345678901234568, "t": 0.1}`,
		`{"a": {"b": ["e\u0301", "\u0301", "\u212b", "\u034f"]}, "s": "a\u030a", "t": "\u0302", "k-x": {"\u00e5": 1, "a\u030a": 2}}`,
	} {
		for _, src := range []string{
			`w.s`, `w.a.b`, `w.a.b[0]`, `w["k-x"]`, `(w.a)`, `"${w.s}"`, `"a ${w.s} b ${w.t}"`, `"${local.text}${w.s}"`,
			`"${local.number} ${w.a.b}"`, `"${w.a.b[1]} ${w.a.b[3]} ${w.a.b[2]}"`, `"%{ if w.t }x%{ endif }"`,
			`{a = w.s, "b" = [w.n, local.list], (local.text) = "${w.s}!"}`, `[w.a, w.n, w.t, {}]`, `"${local.null}${w.s}"`,
			`"a${w.s}${w.t}"`, `{(w.s) = w.t, "${w.t}${w.s}" = "${w.s}"}`, `{(w.s) = 1}`, `{a = w.s, a = w.t}`, `"${w.a} "`, `w.a.b[-1]`, `w.a.b["0"]`, `w.s.x`, `w.a[0.5]`, `"<<${"${w.s}"}>>"`,
			"<<E\n${w.s}\nE\n", "<<-E\n  ${w.s}\n    x\n  E\n", `{ "${w.s}" = w.t }`, `{ for = w.s }`, `w`,
			`w.s == "x"`, `w.s != "a\u030a"`, `w.a.b[1] > 2`, `w.a.b[0] <= w.a.b[4] && !w.t`, `w.n == null`, `null != w.a`, `w.a.b == 10 || w.t`, `w.t && w.s.x > 1`, `w.t || w.n.a == 1`,
			`w.s == 12345678901234567890123`, `w.a.b[1] == 2.5`, `w.a.b[4] >= 0.10`, `(w.t == true) != (w.s == local.text)`, `w.s < -local.number`, `w.t == w.n`, `!(w.t)`, `w.s > local.text`, `-w.a.b[0] < 1`,
			`w.a.b[0] == w.a.b[2]`, `w.s == "\u00e5" || w.t != "K"`, `w.s == "\u00e4ngstr\u00f6m"`,
			`w.s == 1/3`, `w.s < 1/3`, `w.s >= local.number / 4.5`, `w.n == 0.12345678901234567890123456789012345678`, `w.t == 0.3 - 0.2`,
		} {
			f.Add(src, body)
		}
	}
	s := tierScope()
	f.Fuzz(func(t *testing.T, src, body string) {
		if hugeNumber.MatchString(src) {
			return // a literal 1e99999999 takes HCL long too
		}
		if doc, err := value.Decode([]byte(body), value.Limits{}); err == nil {
			compareTiers(t, s, src, doc)
		}
	})
}

// compareTiers compares the fast tier of an expression with HCL, and reports whether
// both return a value.
func compareTiers(t *testing.T, s *Scope, src string, doc any) bool {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "f.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	c, diags := Compile(e, s, cty.DynamicPseudoType)
	if diags.HasErrors() || c.form.Load().fast == nil {
		return false
	}
	env := testEnv{"w": doc}
	fast, ok := c.form.Load().fast.eval(context.Background(), env)
	if !ok {
		return false
	}
	v, diags := c.form.Load().slow.needGeneral().eval(context.Background(), env)
	if diags.HasErrors() {
		t.Fatalf("%s gives %v, but HCL says %v", src, fast, diags)
	}
	slow, err := FromCty(v)
	if err != nil {
		t.Fatalf("%s gives %v, but HCL's value has no JSON form: %v", src, fast, err)
	}
	if !value.Equal(fast, slow) {
		t.Fatalf("%s gives %#v, but HCL gives %#v", src, fast, slow)
	}
	written, ok := forJSON(c.form.Load().fast).eval(context.Background(), env)
	got, gotErr := value.Append(nil, written)
	want, wantErr := value.Append(nil, fast)
	if !ok || !bytes.Equal(got, want) || (gotErr == nil) != (wantErr == nil) {
		t.Fatalf("%s is written as %s, %v, want %s, %v", src, got, gotErr, want, wantErr)
	}
	return true
}

// BenchmarkTiers measures each tier and the evaluation by HCL that it replaces.
func BenchmarkTiers(b *testing.B) {
	doc, err := value.Decode([]byte(`{"order": "A-1", "total": 154.581, "customer": {"email": "jane@example.com"}, "items": [{"sku": "A", "qty": 2}]}`), value.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	env := testEnv{"w": doc}
	for _, bench := range []struct{ name, src string }{
		{"path", `w.customer.email`},
		{"template", `"Order ${w.order}: ${w.total} EUR for ${w.customer.email}"`},
		{"operator", `w.total > 100 && w.order != null`},
		{"object", `{order = w.order, total = w.total, customer = {email = w.customer.email}}`},
	} {
		e, _ := hclsyntax.ParseExpression([]byte(bench.src), "b.hcl", hcl.InitialPos)
		c, diags := Compile(e, tierScope(), cty.DynamicPseudoType)
		if diags.HasErrors() || c.tier.String() != bench.name {
			b.Fatalf("%s: tier %s, %v", bench.name, c.tier, diags)
		}
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Eval(context.Background(), env); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bench.name+"-by-hcl", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.evalGeneral(context.Background(), env, c.form.Load().slow.needGeneral()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTierAllocations limits the allocations of the hot tiers.
func TestTierAllocations(t *testing.T) {
	doc := map[string]any{"a": map[string]any{"b": "text"}, "n": "12"}
	var env Env = testEnv{"w": doc}
	for _, tt := range []struct {
		src  string
		most float64
	}{
		{`"fixed"`, 0},
		{`w.a.b`, 0},
		{`"x ${w.a.b} y ${w.n}"`, 3},
		{`{a = w.a.b, b = w.n}`, 2},
		{`w.a.b == "text" && w.n != null`, 0},
	} {
		e, _ := hclsyntax.ParseExpression([]byte(tt.src), "a.hcl", hcl.InitialPos)
		c, diags := Compile(e, tierScope(), cty.DynamicPseudoType)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		got := testing.AllocsPerRun(100, func() {
			if _, err := c.Eval(context.Background(), env); err != nil {
				t.Fatal(err)
			}
		})
		if got > tt.most {
			t.Errorf("%s allocates %v times, at most %v", tt.src, got, tt.most)
		}
	}
}
