package schema_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// letter is a kind that uses every part of a declaration.
type letter struct {
	name    string
	to      expr.Of[string]
	weight  int
	wait    time.Duration
	size    expr.Size
	colours []string
	urgent  bool
	extra   *inner
	pages   []*inner
	secrets []string
}

func (l *letter) Describe(s *schema.Spec) {
	l.weight, l.wait, l.size, l.colours = 20, 90*time.Second, 10<<20, []string{"white", "blue"}
	s.Doc = "Sends a letter.\n\nIt arrives some days later."
	schema.Label(s, &l.name, "NAME", "What the letter is called.")
	schema.Expr(s, &l.to, "to", "Who gets it: a name | an address.", schema.Required())
	schema.Attr(s, &l.weight, "weight", "Grams.")
	schema.Attr(s, &l.wait, "wait", "How long the clerk waits.")
	schema.Attr(s, &l.size, "size", "How large it may be.")
	schema.Attr(s, &l.colours, "colours", "Of the paper.", schema.OneOf("white", "blue", "red"))
	schema.Texts(s, &l.secrets, "seal", "The seals.")
	schema.Func(s, "stamp", "stamp", "The stamp.", func(*schema.Context, *hclsyntax.Attribute) hcl.Diagnostics { return nil }, schema.Default("the usual"))
	schema.Single(s, &l.extra, "extra", "Something beside it.")
	schema.Repeated(s, &l.pages, "page", "The pages.", schema.Required())
	schema.Kinds(s, "seal", "How it is closed.", kinds(), func(*hclsyntax.Block, schema.Describer) {}, schema.Once())
	schema.BlockFunc(s, "note", "Notes of the clerk.", schema.Block{Repeated: true, Labels: []string{"KIND", "NAME"}}, func(*schema.Context, *hclsyntax.Block) hcl.Diagnostics { return nil })
	schema.NotYet(s, "by_air", "Whether it flies.", "planes come later.", false)
	schema.NotYet(s, "parcel", "What is in it.", "parcels come later.", true)
	schema.Attr(s, &l.urgent, "urgent", "Whether it is fast.", schema.Group("modifiers"))
	s.Output("number", cty.Number, "The number of the letter.")
	s.Output("answer", cty.DynamicPseudoType, "What came back.")
	s.Example(schema.Example{Title: "Write to somebody", HCL: "to = \"Jane\"\npage \"1\" {\n\n  text = \"Hello\"\n}", Input: `{"a": 1}`, Want: `{"number": 1}`})
	s.Example(schema.Example{Title: "Write to nobody", HCL: "to = null\n", Input: `{}`, Want: `{}`})
	s.Example(schema.Example{Title: "Write", HCL: "to = webhook.body.name"})
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for name, got := range map[string]string{
		"letter.md": schema.Describe(&letter{}).Markdown("Action `letter`", `action "letter" "NAME"`),
		"plain.md":  schema.Describe(&plain{}).Markdown("Plain", ""),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s differs, -update rewrites it (-want +got):\n%s", path, d)
		}
	}
}

func TestSpecTellsTypes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"text": "string", "flag": "bool", "whole": "number", "large": "number", "fraction": "number", "wait": "duration", "size": "size",
		"list": "list of string", "texts": "map of string", "object": "object", "values": "list", "any": "any",
	}
	got := map[string]string{}
	for _, f := range schema.Describe(described((&everything{}).describe)).Fields() {
		got[f.Name] = f.Type
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the types differ (-want +got):\n%s", d)
	}
}

func TestOutputType(t *testing.T) {
	t.Parallel()
	known := schema.Describe(&letter{}).OutputType()
	if want := cty.Object(map[string]cty.Type{"number": cty.Number, "answer": cty.DynamicPseudoType}); !known.Equals(want) {
		t.Errorf("the outputs are %s", known.FriendlyName())
	}
	if none := schema.Describe(&plain{}).OutputType(); !none.Equals(cty.EmptyObject) {
		t.Errorf("without outputs they are %s", none.FriendlyName())
	}
}

// twice has two blocks with the same fields, and others that differ or are short.
type twice struct{}

func (*twice) Describe(s *schema.Spec) {
	long := func(first string) func() *schema.Spec {
		return func() *schema.Spec {
			return schema.Describe(described(func(s *schema.Spec) {
				for _, name := range []string{first, "b", "c", "d", "e", "f"} {
					schema.Attr(s, new(string), name, strings.Repeat("x", 100))
				}
			}))
		}
	}
	none := func(*schema.Context, *hclsyntax.Block) hcl.Diagnostics { return nil }
	schema.BlockFunc(s, "one", "The first.", schema.Block{Spec: long("a")}, none)
	schema.BlockFunc(s, "two", "The second.", schema.Block{Spec: long("a")}, none)
	schema.BlockFunc(s, "three", "Another.", schema.Block{Spec: long("z")}, none)
}

func TestMarkdownDescribesFieldsOnce(t *testing.T) {
	t.Parallel()
	text := schema.Describe(&twice{}).Markdown("Twice", "")
	if n := strings.Count(text, "| `a` |"); n != 1 {
		t.Errorf("the field a is described %d times in:\n%s", n, text)
	}
	if !strings.Contains(text, "## `two { … }`\n\nThe second.\n\nAt most once.\n\nIts fields are those of `one { … }` above.\n") {
		t.Errorf("the second block does not lead to the first in:\n%s", text)
	}
	if strings.Count(text, "| `z` |") != 1 {
		t.Errorf("a block with other fields lacks them in:\n%s", text)
	}
}
