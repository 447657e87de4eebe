package schema_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// described is a Describer with a function.
type described func(s *schema.Spec)

func (d described) Describe(s *schema.Spec) { d(s) }

// scope has set and unset secrets, and one name of the run.
func scope() *expr.Scope {
	secrets := cty.ObjectVal(map[string]cty.Value{
		"set":   cty.StringVal("s3cret").Mark(expr.Sensitive),
		"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
	})
	local := cty.ObjectVal(map[string]cty.Value{"unset": cty.UnknownVal(cty.String), "five": cty.NumberIntVal(5)})
	return expr.NewScope(map[string]cty.Value{"secret": secrets, "local": local}, nil, clock.System{}).With("webhook", cty.DynamicPseudoType)
}

func parse(t *testing.T, src string) *hclsyntax.Block {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return f.Body.(*hclsyntax.Body).Blocks[0]
}

// decode decodes the body of a block named thing.
func decode(t *testing.T, src string, describe func(s *schema.Spec)) hcl.Diagnostics {
	t.Helper()
	return schema.Decode(&schema.Context{Scope: scope()}, described(describe), parse(t, "thing {\n"+src+"\n}\n"))
}

// finding is an expected finding and its line; line 0 is any line.
type finding struct {
	summary, detail string
	line            int
}

func expectFindings(t *testing.T, diags hcl.Diagnostics, want ...finding) {
	t.Helper()
	if len(diags) != len(want) {
		t.Fatalf("%d findings, want %d: %v", len(diags), len(want), diags)
	}
	for i, w := range want {
		d := diags[i]
		if d.Severity != hcl.DiagError || d.Summary != w.summary || !strings.Contains(d.Detail, w.detail) || w.line != 0 && d.Subject.Start.Line != w.line {
			t.Errorf("found %v: %q: %q, want at line %d %q: …%q…", d.Subject, d.Summary, d.Detail, w.line, w.summary, w.detail)
		}
	}
}
