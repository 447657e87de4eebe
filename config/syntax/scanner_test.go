package syntax_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// scannedTexts are cases that files rarely have, and whether the scanner knows them.
var scannedTexts = map[string]bool{
	"":                               true,
	"a = 1 # x":                      true,
	"a = 1 // x\r\nb = 2\r\n":        true,
	"a /* \n */ = /**/ 1.5e+3 /*/*/": true,
	"a = /* 1":                       false,
	"x = [1..2, 1..., 1e+, 1.e5.]":   true,
	"x = a==b!=c>=d<=e&&f||g::h":     true,
	"x = a ? b : !c... => .. ===":    true,
	"x = a & b":                      false,
	"x = 'a'":                        false,
	"x = \"a\\\"b\\\\\" y":           true,
	`x = "$a $$b $${c} $${~d} $$${e} %f%%{g} $%{if true}%${h}%{endif}$"`: true,
	`x = "a${"b${"c"}"}${{ d = {} }}" }`:                                 true,
	`x = "${~ a ~}" ~}`:                                                  false,
	`x = "${ {~} }"`:                                                     false,
	`x = "${a`:                                                           false,
	"x = \"a\nb\"":                                                       false,
	"x = \"a\\\nb\"":                                                     false,
	`x = "ü\ü" # ä`:                                                      true,
	"ü = 1":                                                              false,
	"x = <<A\nb\n A \ny":                                                 true,
	"x = <<-A\r\n  b ${c}\r\n\tA\r\n":                                    true,
	"x = <<A\n${a}A\n$${b\n%%{~c $d e%f g\nA\n":                          true,
	"x = <<A\n${\"${<<B\nx\nB\n}\"}\nA\n":                                true,
	"x = <<A\n$b\nA\n":                                                   false,
	"x = <<A\nb":                                                         false,
	"x = <<A\nA":                                                         false,
	"x = <<A\nA\rb\nA\n":                                                 false,
	"x = <<ü\nb\nü\n":                                                    false,
	"x = 1 << 2 <<= 3 <<- 4":                                             true,
	"x = a <<b":                                                          false,
	"\xef\xbb\xbfx = 1":                                                  false,
	"x\ry":                                                               false,
	"x = \x00":                                                           false,
}

// TestScanner: the scanner finds the tokens of HCL's lexer, or gives up.
func TestScanner(t *testing.T) {
	t.Parallel()
	for text, want := range scannedTexts {
		if got := compareTokens(t, []byte(text)); got != want {
			t.Errorf("%q: the scanner knows it: %v, want %v", text, got, want)
		}
	}
}

// TestScannerKnowsFiles: the scanner knows all flow files and tests of the repository
// that have no mistakes.
func TestScannerKnowsFiles(t *testing.T) {
	t.Parallel()
	known := 0
	for path, src := range flowFiles(t) {
		if _, diags := hclsyntax.LexConfig(src, "", hcl.InitialPos); diags.HasErrors() || !utf8.Valid(src) {
			continue
		}
		if compareTokens(t, src) {
			known++
		} else {
			t.Logf("%s: the scanner gives up", path)
		}
	}
	if known < 100 {
		t.Errorf("the scanner knows %d files, want at least 100", known)
	}
}

// FuzzScanner: see TestScanner.
func FuzzScanner(f *testing.F) {
	for text := range scannedTexts {
		f.Add([]byte(text))
	}
	for _, src := range flowFiles(f) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if utf8.Valid(src) {
			compareTokens(t, src)
		}
	})
}

// compareTokens reports whether the scanner knows a text. Its tokens must be those of the
// lexer then.
func compareTokens(t *testing.T, src []byte) bool {
	t.Helper()
	var found []syntax.Token
	scanner := syntax.NewScanner(src)
	for len(found) == 0 || found[len(found)-1].Type != hclsyntax.TokenEOF {
		token, sure := scanner.Next()
		if !sure {
			return false
		}
		found = append(found, token)
	}
	tokens, diags := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Errorf("%q: the scanner knows a text of which the lexer reports %v", src, diags)
	}
	for i, want := range tokens {
		if got := found[min(i, len(found)-1)]; got.Type != want.Type || got.Start != want.Range.Start.Byte || got.End != want.Range.End.Byte {
			t.Fatalf("%q: the scanner finds %v %q at %d, want %v %q at %d",
				src, got.Type, scanner.Bytes(got), got.Start, want.Type, want.Bytes, want.Range.Start.Byte)
		}
	}
	return true
}

// flowFiles returns all files of the repository in the language.
func flowFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".hcl" {
			return err
		}
		files[path], err = os.ReadFile(path) //nolint:gosec // a file of the repository
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
