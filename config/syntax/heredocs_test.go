package syntax_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webhook-gateway/gateway/config/syntax"
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
		{"  a\n    b\n", "  "}, {"\ta\n\t\tb\n", "\t"}, {"  a\n\n  b\n", "  "}, {"  a\n \n  b\n", "  "},
		{"  ${\"x\"}\n   b\n", "  "}, {"${\"x\"}\n  b\n", ""}, {"\u00a0 a\n\u00a0 b\n", "\u00a0 "},
	} {
		plain := evalHeredoc(t, "a = <<-E\n"+c.lines+"  E\n")
		trimmed := evalHeredoc(t, "a = <<-E\n"+c.lines+c.indent+"${\"\" ~}\n  E\n")
		if trimmed != plain {
			t.Errorf("%q: with trimming %q, without %q", c.lines, trimmed, plain)
		}
	}
}

func evalHeredoc(t *testing.T, src string) string {
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
