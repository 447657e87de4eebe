package syntax_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// TestSketch: a sketch of a flow file has the labels and ranges that the parser finds,
// and its blocks are those of the parser.
func TestSketch(t *testing.T) {
	t.Parallel()
	sketched := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".hcl" {
			return err
		}
		src, err := os.ReadFile(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		blocks, ok := syntax.Sketch(path, src, "flow")
		body, diags := syntax.Parse(path, src)
		if !ok || diags.HasErrors() {
			return nil
		}
		sketched++
		if len(blocks) != len(body.Blocks) || len(body.Attributes) > 0 {
			t.Errorf("%s: the sketch has %d blocks, want %d", path, len(blocks), len(body.Blocks))
			return nil
		}
		for i, b := range body.Blocks {
			at := hcl.RangeBetween(b.TypeRange, b.CloseBraceRange)
			if b.Type != "flow" || len(b.Labels) != 1 || blocks[i].Label != b.Labels[0] || blocks[i].Range != at {
				t.Errorf("%s: the sketch has %q at %v, want %q at %v", path, blocks[i].Label, blocks[i].Range, b.Labels, at)
			}
			again := syntax.ParseAgain(path, at.SliceBytes(src), at.Start)
			if again == nil || again.Body.SrcRange != b.Body.SrcRange || len(again.Body.Blocks) != len(b.Body.Blocks) {
				t.Errorf("%s: %q is another block when it is parsed again", path, b.Labels)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sketched < 30 {
		t.Errorf("%d files were sketched, want at least 30", sketched)
	}
}

// TestSketchRefuses: other files are left to the parser.
func TestSketchRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		want bool
	}{
		"a flow":             {"# first\nflow \"a\" {\n}\n\nflow \"b\" {} # last", true},
		"nothing":            {"", true},
		"templates":          {"flow \"a\" {\n  x = \"${y}}\"\n  z = <<EOT\n}\n%{ if true }{%{ endif }\nEOT\n}\n", true},
		"another block":      {"flow \"a\" {\n}\nlocals {\n}\n", false},
		"an attribute":       {"flow = 1\n", false},
		"no label":           {"flow {\n}\n", false},
		"two labels":         {"flow \"a\" \"b\" {\n}\n", false},
		"a plain word":       {"flow a {\n}\n", false},
		"a label of a text":  {"flow \"a b\" {\n}\n", false},
		"no end":             {"flow \"a\" {\n", false},
		"two on a line":      {"flow \"a\" {} flow \"b\" {}\n", false},
		"a comment behind":   {"flow \"a\" {} /* x */ # y\nflow \"b\" {} /* z */\n", true},
		"a comment between":  {"flow \"a\" {} /* x */ flow \"b\" {}\n", false},
		"a comment of lines": {"/* x\n ü */ flow \"a\" {\n}\n", false},
		"not ASCII before":   {"/* ü */ flow \"a\" {\n}\n", false},
		"not ASCII inside":   {"# ü\nflow \"a\" {\n  x = \"ü\"\n}\n", true},
		"unusual":            {"flow \"a\" {\n  ü = 1\n}\n", false},
		"not UTF-8":          {"flow \"a\" {\n  x = \"\xff\"\n}\n", false},
	} {
		if _, ok := syntax.Sketch("a.hcl", []byte(c.src), "flow"); ok != c.want {
			t.Errorf("%s: the sketch is %v, want %v", name, ok, c.want)
		}
	}
}
