package expr

import (
	"context"
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

func escapeScope() *Scope {
	consts := map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{
		"html": cty.StringVal("<hr>"), "list": cty.TupleVal([]cty.Value{cty.StringVal("<a>")}),
		"key": cty.StringVal("<key>").Mark(Sensitive),
	})}
	s := NewScope(consts, funcs.Table(funcs.Options{}), clock.System{}).With("w", cty.DynamicPseudoType)
	return s.WithEscape(html.EscapeString)
}

const escapeBody = `{"s": "<b>&\"ü'</b>", "e": "", "n": 1.50, "t": true, "none": null, "f": false,
  "l": ["<1>", "<2>"], "o": [{"a": "<x>", "q": 2}, {"a": "y", "q": 3}], "m": {"<k>": "<v>"}, "safe": "plain"}`

func escapeEnv(t *testing.T) testEnv {
	t.Helper()
	doc, err := value.Decode([]byte(escapeBody), value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return testEnv{"w": doc}
}

func mustCompile(t *testing.T, src string, s *Scope) *Expr {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "e.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	c, diags := Compile(e, s, cty.String)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	return c
}

// TestEscaping: each expression gives the same in its own tier and by HCL.
func TestEscaping(t *testing.T) {
	t.Parallel()
	const s = "&lt;b&gt;&amp;&#34;ü&#39;&lt;/b&gt;"
	tests := []struct {
		name, src string
		tier      Tier
		want      string
	}{
		{"text of the file", `"<p>&</p>"`, Constant, "<p>&</p>"},
		{"constant", `local.html`, Constant, "<hr>"},
		{"constant in a template", `"${local.html}<p>"`, Constant, "<hr><p>"},
		{"secret", `local.key`, Constant, "<key>"},
		{"function of constants", `join("<br>", local.list)`, Constant, "<a>"},
		{"single reference", `w.s`, Path, s},
		{"single reference in a template", `"${w.s}"`, Path, s},
		{"parentheses", `(w.s)`, Path, s},
		{"element", `w.l[1]`, Path, "&lt;2&gt;"},
		{"template", `"<p>${w.s} & ${local.html}</p>"`, Template, "<p>" + s + " & <hr></p>"},
		{"numbers and bools", `"<i>${w.n} ${w.t}</i>"`, Template, "<i>1.5 true</i>"},
		{"template in a template", `"<p>${"<i>${w.s}</i>"}</p>"`, General, "<p><i>" + s + "</i></p>"},
		{"heredoc", "<<-E\n  <p>${w.s}</p>\nE\n", Template, "<p>" + s + "</p>\n"},
		{"directive", `"%{ if w.t }<b>${w.s}</b>%{ else }<i>%{ endif }"`, General, "<b>" + s + "</b>"},
		{"loop", `"<ul>%{ for i in w.o }<li>${i.a} ${i.q}</li>%{ endfor }</ul>"`, General, "<ul><li>&lt;x&gt; 2</li><li>y 3</li></ul>"},
		{"names of members", `"%{ for k, v in w.m }<i>${k}=${v}</i>%{ endfor }"`, General, "<i>&lt;k&gt;=&lt;v&gt;</i>"},
		{"loop that hides a constant", `join("<i>", [for local in w.l : local])`, General, "&lt;1&gt;<i>&lt;2&gt;"},
		{"constant in a loop", `"%{ for i in w.l }${local.html}%{ endfor }"`, General, "<hr><hr>"},
		{"condition", `w.t ? "<b>${w.s}</b>" : w.e`, General, "<b>" + s + "</b>"},
		{"condition on what is escaped", `"${w.s == "<b>&\"ü'</b>" ? "<same>" : "<other>"}!"`, General, "<same>!"},
		{"loop over a list", `join("<br>", [for i in w.o : "<b>${i.a}</b>"])`, General, "<b>&lt;x&gt;</b><br><b>y</b>"},
		{"loop in a loop", `join("", [for x in [for i in w.o : "<${i.a}>"] : x])`, General, "&lt;&lt;x&gt;&gt;&lt;y&gt;"},
		{"joined list", `join("<br>", w.l)`, General, "&lt;1&gt;<br>&lt;2&gt;"},
		{"lists in lists", `join("<br>", flatten([w.l, concat(["<x>"], w.l)]))`, General, "&lt;1&gt;<br>&lt;2&gt;<br><x><br>&lt;1&gt;<br>&lt;2&gt;"},
		{"splat", `join("<br>", w.o[*].a)`, General, "&lt;x&gt;<br>y"},
		{"try", `try(w.nowhere.deep, "<none>")`, General, "<none>"},
		{"try that is there", `try(w.s, "<none>")`, General, s},
		{"coalesce", `"${coalesce(w.none, w.e, w.s)}!"`, General, s + "!"},
		{"format", `format("<b>%s</b> %.1f %d", w.s, w.n, w.o[0].q)`, General, "<b>" + s + "</b> 1.5 2"},
		{"trimmed", `trimspace("  <p>${w.s}</p> ")`, General, "<p>" + s + "</p>"},
		{"another function is escaped as a whole", `upper("<b>${w.safe}</b>")`, General, "&lt;B&gt;PLAIN&lt;/B&gt;"},
		{"JSON", `"<pre>${jsonencode(w.l)}</pre>"`, General, "<pre>[&#34;&lt;1&gt;&#34;,&#34;&lt;2&gt;&#34;]</pre>"},
		{"jq", `jq(".s", w)`, General, s},
		{"jq that reads the run by itself", `"<p>${jq("$w.s", "<x>")}"`, General, "<p>" + s},
		{"member by a name of the run", `w[w.safe == "plain" ? "s" : "e"]`, General, s},
		{"unescaped", `unescaped(w.s)`, Path, `<b>&"ü'</b>`},
		{"unescaped in a template", `"<p>${unescaped(w.s)}${w.s}</p>"`, Template, `<p><b>&"ü'</b>` + s + "</p>"},
		{"unescaped by HCL", `"<p>${unescaped(upper(w.s))}${upper(w.safe)}${w.l[0]}</p>"`, General, `<p><B>&"Ü'</B>PLAIN&lt;1&gt;</p>`},
		{"unescaped loop", `join("", [for i in w.l : unescaped(i)])`, General, "<1><2>"},
		{"unescaped inside of another function", `upper(unescaped(w.l[0]))`, General, "&lt;1&gt;"},
		{"unescaped constant", `"${unescaped("<b>")}"`, Constant, "<b>"},
	}
	env := escapeEnv(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustCompile(t, tt.src, escapeScope())
			if e.Tier() != tt.tier {
				t.Errorf("tier %s, want %s", e.Tier(), tt.tier)
			}
			got, err := Bind[string](e).Eval(context.Background(), env)
			if err != nil || got != tt.want {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
			if e.Tier() == Constant {
				return
			}
			slow, err := e.evalGeneral(context.Background(), env, e.form.Load().slow.needGeneral())
			if text, _ := formatScalar(slow); err != nil || text != tt.want {
				t.Errorf("by HCL %q, %v, want %q", slow, err, tt.want)
			}
		})
	}
}

// TestEscapingLeavesOthersAlone tests that values of other types, and all values
// without escaping, stay unchanged.
func TestEscapingLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	env := escapeEnv(t)
	plain := mustCompile(t, `"<p>${w.s}${unescaped(w.s)}"`, escapeScope().withoutEscape())
	if got, err := plain.Eval(context.Background(), env); err != nil || got != `<p><b>&"ü'</b><b>&"ü'</b>` {
		t.Errorf("without escaping %q, %v", got, err)
	}
	for _, src := range []string{`w.none`, `unescaped(w.none)`, `try(w.none, "x")`} {
		if got, err := mustCompile(t, src, escapeScope()).Eval(context.Background(), env); err != nil || got != nil {
			t.Errorf("%s gives %v, %v, want null", src, got, err)
		}
	}
	e := mustCompile(t, `"<p>${w.none}"`, escapeScope())
	if _, err := e.Eval(context.Background(), env); err == nil || !strings.Contains(err.Error(), "null") {
		t.Errorf("null in a text: %v", err)
	}
}

// FuzzEscaping tests that the fast tiers and HCL write the same text for any
// value, and that the text contains no angle bracket of a value.
func FuzzEscaping(f *testing.F) {
	for _, text := range []string{"", "<b>", "&amp;", "a\u0338<\u0338", "\x00\"'", "a\u0340", "\u0340"} {
		f.Add(text)
	}
	scope := escapeScope()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // no text of a run; what x/text makes of one depends on the text before it
		}
		for _, src := range []string{`w.s`, `"(${w.s}|${w.s})"`} {
			e := mustCompile(t, src, scope)
			env := testEnv{"w": map[string]any{"s": text}}
			fast, ok := e.form.Load().fast.eval(context.Background(), env)
			slow, err := e.evalGeneral(context.Background(), env, e.form.Load().slow.needGeneral())
			if !ok || err != nil {
				t.Fatalf("%s of %q: %v, %v", src, text, ok, err)
			}
			if strings.ContainsAny(fast.(string)+slow.(string), "<>") {
				t.Fatalf("%s of %q gives %q and %q", src, text, fast, slow)
			}
			if a, b := html.UnescapeString(fast.(string)), html.UnescapeString(slow.(string)); a != b {
				t.Fatalf("%s of %q gives %q, but HCL gives %q", src, text, fast, slow)
			}
		}
	})
}
