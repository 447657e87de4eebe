package syntax_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// TestIndentedHeredocs renders heredocs in which white space is trimmed.
func TestIndentedHeredocs(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, want string }{
		{"list", "a = <<-E\n    %{ for x in l ~}\n    - ${x}\n    %{ endfor ~}\n  E\n", "- p\n- q\n"},
		{"text around a list", "a = <<-E\n    head\n    %{ for x in l ~}\n    - ${x}\n    %{ endfor ~}\n    tail\n  E\n", "head\n- p\n- q\ntail\n"},
		{"deeper lines", "a = <<-E\n  list:\n  %{ for x in l ~}\n    - ${x}\n  %{ endfor ~}\n  end\n  E\n", "list:\n  - p\n  - q\nend\n"},
		{"shallow line behind a directive", "a = <<-E\n      %{ if yes ~}\n  x\n      %{ endif ~}\n  E\n", "    x\n    "},
		{"condition with two results", "a = <<-E\n  %{ if yes ~}\n  paid\n  %{ else ~}\n  open\n  %{ endif ~}\n  E\n", "paid\n"},
		{"nested directives", "a = <<-E\n  %{ for x in l ~}\n  %{ if yes ~}\n  ${x},\n  %{ endif ~}\n  %{ endfor ~}\n  E\n", "p,\nq,\n"},
		{"trimmed on both sides", "a = <<-E\n  a\n  ${~ \"x\" ~}\n  b\n  E\n", "a\nxb\n"},
		{"blank lines", "a = <<-E\n    %{ for x in l ~}\n    ${x}\n\n    %{ endfor ~}\n    end\n  E\n", "p\n\nq\n\nend\n"},
		{"tabs", "a = <<-E\n\t\t%{ for x in l ~}\n\t\t- ${x}\n\t\t%{ endfor ~}\n\tE\n", "- p\n- q\n"},
		{"directive without indentation", "a = <<-E\n%{ for x in l ~}\n  - ${x}\n%{ endfor ~}\nE\n", "  - p\n  - q\n"},
		{"sequence over two lines", "a = <<-E\n    ${[\n\"x\"][0] ~}\n    y\n  E\n", "xy\n"},
		{"escapes", "a = <<-E\n    %{ if yes ~}\n    $${x} %%{y}\n    %{ endif ~}\n  E\n", "${x} %{y}\n"},
		{"heredoc in a heredoc", "a = <<-E\n    ${upper(<<-F\n        %{ if yes ~}\n        in\n        %{ endif ~}\n      F\n    ) ~}\n    out\n  E\n", "IN\nout\n"},
		{"without trimming", "a = <<-E\n    %{ for x in l }- ${x} %{ endfor }\n      b\n  E\n", "- p - q \n  b\n"},
		{"plain heredoc", "a = <<E\n  %{ if yes ~}\n  x\n  %{ endif ~}\nE\n", "    x\n  "},
		{"two heredocs", "b = \"x\"\na = <<-E\n  %{ if yes ~}\n  x\n  %{ endif ~}\n  E\nc = <<-E\n    d\n  E\n", "x\n"},
		{"CRLF", "a = <<-E\r\n  %{ if yes ~}\r\n  x\r\n  %{ endif ~}\r\n  E\r\n", "x\r\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body, diags := syntax.Parse("a.hcl", []byte(c.src))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			v, diags := body.Attributes["a"].Expr.Value(heredocContext())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if got := v.AsString(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestLiteralsStay tests that literal texts are held as the file has them. cty
// would join a letter and an accent behind it.
func TestLiteralsStay(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, want string }{
		{"quoted", "a = \"Zoe\u0308\"\n", "Zoe\u0308"},
		{"escaped", `a = "Zoe\u0308 \U0000212b"` + "\n", "Zoe\u0308 \u212b"},
		{"composed", "a = \"Zo\u00eb\"\n", "Zo\u00eb"},
		{"accent behind a value", "a = \"${l[0]}\u0301\"\n", "p\u0301"},
		{"heredoc", "a = <<E\n e\u0301\n  $${x}\nE\n", " e\u0301\n  ${x}\n"},
		{"indented heredoc", "a = <<-E\n    e\u0301\n      ${l[1]} e\u0301\n  E\n", "e\u0301\n  q e\u0301\n"},
		{"indented heredoc with directives", "a = <<-E\n    %{ for x in l ~}\n    e\u0301 ${x}\n    %{ endfor ~}\n  E\n", "e\u0301 p\ne\u0301 q\n"},
		{"inside a value", "a = \"${upper(\"e\u0301\")}!\"\n", "E\u0301!"},
		{"element", "a = [\"x\", \"e\u0301\"][1]\n", "e\u0301"},
		{"member by its name", "a = { \"e\u0301\" = \"x\", \"\u00e9\" = \"y\" }[\"e\u0301\"]\n", "x"},
		{"beside another text", "b = \"\u00e9\"\na = \"x\"\n", "x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ctytext.Decode(evalLiteral(t, c.src)); got != c.want {
				t.Errorf("got %+q, want %+q", got, c.want)
			}
		})
	}
}

func heredocContext() *hcl.EvalContext {
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"l": cty.TupleVal([]cty.Value{cty.StringVal("p"), cty.StringVal("q")}), "yes": cty.True},
		Functions: map[string]function.Function{"upper": stdlib.UpperFunc},
	}
}

// TestIndentationIsThatOfHCL compares texts with those that HCL makes without a
// ~}: the same indentation is removed.
func TestIndentationIsThatOfHCL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, indent string }{
		{"  a\n    b\n", "  "},
		{"\ta\n\t\tb\n", "\t"},
		{"  a\n\n  b\n", "  "},
		{"  a\n \n  b\n", "  "},
		{"  ${\"x\"}\n   b\n", "  "},
		{"${\"x\"}\n  b\n", ""},
		{"\u00a0 a\n\u00a0 b\n", "\u00a0 "},
	} {
		plain := evalLiteral(t, "a = <<-E\n"+c.lines+"  E\n")
		trimmed := evalLiteral(t, "a = <<-E\n"+c.lines+c.indent+"${\"\" ~}\n  E\n")
		if trimmed != plain {
			t.Errorf("%q: with trimming %q, without %q", c.lines, trimmed, plain)
		}
	}
}

func evalLiteral(t *testing.T, src string) string {
	t.Helper()
	body, diags := syntax.Parse("a.hcl", []byte(src))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, diags := body.Attributes["a"].Expr.Value(heredocContext())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return v.AsString()
}
