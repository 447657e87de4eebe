package jq

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// examplePrograms returns the programs of the flows in a folder, by file and line.
func examplePrograms(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob(filepath.Join(folder, "*.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range append(files, top...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, diags := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		_ = hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
			program := cty.NilVal
			switch n := n.(type) {
			case *hclsyntax.Attribute:
				if n.Name == "jq" {
					program, _ = n.Expr.Value(nil)
				}
			case *hclsyntax.FunctionCallExpr:
				if n.Name == "jq" {
					program, _ = n.Args[0].Value(nil)
				}
			}
			if program != cty.NilVal && program.Type() == cty.String && program.IsKnown() {
				out[n.Range().String()] = program.AsString()
			}
			return nil
		})
	}
	return out
}

// TestExamplesCompile tests that the programs of the examples run as closures.
func TestExamplesCompile(t *testing.T) {
	t.Parallel()
	programs := examplePrograms(t, "../../../examples/flows")
	if len(programs) < 10 {
		t.Errorf("found %d programs", len(programs))
	}
	for place, program := range programs {
		names := regexp.MustCompile(`\$(webhook|action|run|flow|each|contact|input)\b`).FindAllString(program, -1)
		p, err := Compile(program, names)
		if err != nil {
			t.Fatal(err)
		}
		if p.compiled == nil {
			t.Errorf("%s: gojq runs the program because of %s", place, p.reason)
		}
	}
}
