package syntax

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parsedBlocks are cases that files rarely have, and whether parseBlock knows them.
var parsedBlocks = map[string]bool{
	"b {}":                     true,
	"b \"l\" m {\n}":           true,
	"b \"\" {\n}":              false,
	"b \"a$${b}\" {\n}":        false,
	"b { x = 1 }":              true,
	"b { x = 1 + (2 * 3) }":    true,
	"b { x = 1\n}":             false,
	"b {\n  x = 1 }":           false,
	"b {\n  x = 1\n  x = 2\n}": false,
	"b {\n  c d \"e\" {\n    x = 1\n  }\n  c { y = [] }\n}":          true,
	"b {\n  x = true\n  y = null # z\n  z = false // u\n}":           true,
	"b {\n  x = a.b.c\n  y = a.b[0].c\n  z = a.*.b\n  u = a.0.b\n}":  true,
	"b {\n  x = \"\"\n  y = \"a ${b.c} d ${e}\"\n  z = \"${a}\"\n}":  true,
	"b {\n  x = \"${a ? \"b\" : \"c\"}\"\n  y = \"${~ a ~} b\"\n}":   true,
	"b {\n  x = \"a\\n\\\"b\\u00e4\"\n  y = \"$${a} $b %c%%{d}\"\n}": true,
	"b {\n  x = \"\\q\"\n}": false,
	"b {\n  x = \"${\n    a\n  }\"\n  y = \"${{ a = 1 }}\"\n}":                                true,
	"b {\n  x = [\n    1, # one\n    \"two\",\n    { three = 3\n four: 4, },\n  ]\n}":         true,
	"b {\n  x = {\n    a = 1, \"b\" = 2\n    (c) = 3\n    d.e = 4\n  }\n}":                    true,
	"b {\n  x = {\n    a = 1 b = 2\n  }\n}":                                                   false,
	"b {\n  x = { a =\n 1 }\n}":                                                               false,
	"b {\n  x = [{ a = [\n1\n] }, {\n\n}]\n}":                                                 true,
	"b {\n  x = [for a in b : a]\n  y = { for a, c in b : a => c }\n}":                        true,
	"b {\n  x = [for]\n}":                                                                     false,
	"b {\n  x = [1 2]\n}":                                                                     false,
	"b {\n  x = <<EOT\n  a ${b}\nEOT\n  y = 1\n}":                                             true,
	"b {\n  x = f(<<-EOT\n  a\n  EOT\n  , 1)\n  y = -1\n  z = !a\n}":                          true,
	"b {\n  x = a ==\n 1\n}":                                                                  false,
	"b {\n  x = f(a,\n b...)\n  y = a::b(1)\n}":                                               true,
	"b {\n  x = /* a */ 1 /* b */\n  /* c */ y = 2\n} # d":                                    true,
	"b {\n  x = \"ü\" # ö\n}":                                                                 false,
	"b {\n  # ö\n  x = 1 # ü\n}":                                                              true,
	"b {\n  # ö\n  x = 1\n}":                                                                  true,
	"b {\n  x = a || b && c == d != e > f + 1 - 2 * 3 / 4 % 5\n  y = -a.b + !c[0] - -1\n}":    true,
	"b {\n  x = a ? b : c ? d : e\n  y = (a ? b : c) ? (d) : [e ? f : g]\n}":                  true,
	"b {\n  x = a[0][\"b\"][c].d[\n-1\n]\n  y = (a).b[0]\n  z = [1, 2][0]\n  u = \"a\"[b]\n}": true,
	"b {\n  x = a[*].b[0].c\n  y = a.b[*]\n  u = a[*\n]\n}":                                   false,
	"b {\n  x = a[*].b[0].c\n  y = a.b[*]\n  z = f(a)[*][*].b\n}":                             true,
	"b {\n  x = f(a, [b, c]...)\n  y = f()\n  z = f(a,\n)\n  u = true(1)\n}":                  true,
	"b {\n  x = f(a... b)\n}":                                                                 false,
	"b {\n  x = f(a..., b)\n}":                                                                false,
	"b {\n  x = f(a b)\n}":                                                                    false,
	"b {\n  x = (a\n}":                                                                        false,
	"b {\n  x = (a\n+ b)\n  y = { (a) = b ? c : d, e: f(g) }\n  z = \"${a + b}${[c]}\"\n}":    true,
	"b {\n  x = 1 +\n}":                                                                       false,
	"b {\n  x = a ? b\n}":                                                                     false,
	"b {\n  x = a[\n*]\n}":                                                                    false,
	"b {\n  x = (a[*\n].b + a[\n*])\n}":                                                       true,
	"b {\n  x\n}":                                                                             false,
	"b = 1":                                                                                   false,
	"b {\n}\nc {\n}":                                                                          false,
	"b {\n  x = 1)\n}":                                                                        false,
	"b {\n  x = }\n}":                                                                         false,
	"b {\n  x = 1e5\n  y = 1.5\n  z = 1.\n}":                                                  false,
	"b {\r\n  x = [\r\n  ]\r\n  y = \"a\"\r\n}\r\n":                                           true,
}

// TestParseBlock: parseBlock gives the syntax of HCL's parser, or gives up.
func TestParseBlock(t *testing.T) {
	t.Parallel()
	for text, want := range parsedBlocks {
		if got := compareBlocks(t, []byte(text), hcl.Pos{Line: 3, Column: 5, Byte: 100}); got != want {
			t.Errorf("%q: the parser knows it: %v, want %v", text, got, want)
		}
	}
}

// TestParseBlockKnowsFiles: parseBlock knows most flows of the repository.
func TestParseBlockKnowsFiles(t *testing.T) {
	t.Parallel()
	known, all := 0, 0
	for _, block := range repositoryBlocks(t) {
		all++
		if compareBlocks(t, block, hcl.InitialPos) {
			known++
		}
		compareFiles(t, block)
	}
	if known*10 < all*8 {
		t.Errorf("the parser knows %d of %d blocks, want at least 80 %%", known, all)
	}
}

// FuzzParseBlock: see TestParseBlock.
func FuzzParseBlock(f *testing.F) {
	for _, texts := range []map[string]bool{parsedBlocks, parsedFiles} {
		for text := range texts {
			f.Add([]byte(text))
		}
	}
	for _, block := range repositoryBlocks(f) {
		if len(block) < 1000 {
			f.Add(block)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if !mayNest(src) {
			compareBlocks(t, src, hcl.InitialPos)
			compareFiles(t, src)
		}
	})
}

// compareBlocks reports whether parseBlock knows a block. Its result must be that of
// HCL's parser then.
func compareBlocks(t *testing.T, src []byte, at hcl.Pos) bool {
	t.Helper()
	got := parseBlock("a.hcl", src, at)
	if got == nil {
		return false
	}
	want := parseBlockWhole("a.hcl", src, at)
	if want == nil {
		t.Errorf("%q: the parser knows a block of which HCL's parser reports errors", src)
	} else if !reflect.DeepEqual(got, want) {
		t.Errorf("%q: the parser finds\n%#v, want\n%#v", src, got, want)
	}
	return true
}

// parsedFiles are cases of files, and whether parseFile knows them.
var parsedFiles = map[string]bool{
	"":                              true,
	"\n\n":                          true,
	"# a\n":                         true,
	"  # a":                         true,
	"a {\n}":                        true,
	"a {\n}\n\nb \"c\" {\n} # d\n":  true,
	"/* a */ b = 1 # c\n\nd {\n}\n": true,
	"a = 1":                         false,
	"a = 1\na = 2\n":                false,
	"a {\n}\n}\n":                   false,
	"a {} b {}\n":                   false,
	"\xef\xbb\xbfa {\n}\n":          false,
}

// TestParseFile: parseFile gives the syntax of HCL's parser, or gives up.
func TestParseFile(t *testing.T) {
	t.Parallel()
	for text, want := range parsedFiles {
		if got := compareFiles(t, []byte(text)); got != want {
			t.Errorf("%q: the parser knows it: %v, want %v", text, got, want)
		}
	}
}

// compareFiles is compareBlocks for a file.
func compareFiles(t *testing.T, src []byte) bool {
	t.Helper()
	got := parseFile("a.hcl", src)
	if got == nil {
		return false
	}
	file, diags := hclsyntax.ParseConfig(src, "a.hcl", hcl.InitialPos)
	if len(diags) > 0 {
		t.Errorf("%q: the parser knows a file of which HCL's parser reports %v", src, diags)
	} else if !reflect.DeepEqual(hcl.Body(got), file.Body) {
		t.Errorf("%q: the parser finds\n%#v, want\n%#v", src, got, file.Body)
	}
	return true
}

// repositoryBlocks returns the top-level blocks of all files of the repository without
// syntax errors.
func repositoryBlocks(t testing.TB) [][]byte {
	t.Helper()
	var out [][]byte
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".hcl" {
			return err
		}
		src, err := os.ReadFile(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		if body, diags := Parse(path, src); !diags.HasErrors() {
			for _, b := range body.Blocks {
				out = append(out, hcl.RangeBetween(b.TypeRange, b.CloseBraceRange).SliceBytes(src))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
