package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/format"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// glob lists the case files; it fails if there are none.
func glob(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases match %s (%v)", pattern, err)
	}
	return paths
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestCases formats testdata/cases/*/in.hcl and compares the result with want.hcl.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, in := range glob(t, "testdata/cases/*/in.hcl") {
		t.Run(filepath.Base(filepath.Dir(in)), func(t *testing.T) {
			t.Parallel()
			src := read(t, in)
			got, diags := format.Source(in, src)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			golden := filepath.Join(filepath.Dir(in), "want.hcl")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(read(t, golden)), string(got)); d != "" {
				t.Errorf("-update rewrites the golden (-want +got):\n%s", d)
			}
			checkFormatted(t, src, got)
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for _, in := range glob(t, "testdata/bad/*.hcl") {
		t.Run(filepath.Base(in), func(t *testing.T) {
			t.Parallel()
			src := read(t, in)
			got, diags := format.Source("flows/bad.hcl", src)
			if !diags.HasErrors() {
				t.Error("no error")
			}
			if string(got) != string(src) {
				t.Errorf("the source was changed to %q", got)
			}
			for _, d := range diags {
				if d.Subject == nil || d.Subject.Filename != "flows/bad.hcl" {
					t.Errorf("%s: subject %v", d.Summary, d.Subject)
				}
			}
		})
	}
}

func TestSourceLeavesItsArgument(t *testing.T) {
	t.Parallel()
	src := []byte("\ufeffa=1 \r\n\r\n\r\n/* c \r\n */\r\nb=2")
	before := string(src)
	if _, diags := format.Source("a.hcl", src); len(diags) > 0 {
		t.Fatal(diags)
	}
	if string(src) != before {
		t.Errorf("argument is now %q", src)
	}
}

// TestNesting: a file that would overflow the parser's stack is refused, for each kind
// of nesting.
func TestNesting(t *testing.T) {
	t.Parallel()
	const deep = 20_000
	tests := []struct{ name, head, open, middle, shut, tail string }{
		{"lists", "a = ", "[", "", "]", "\n"},
		{"calls", "a = ", "f(\n", "", ")", "\n"},
		{"objects", "a = ", "{b=", "1", "}", "\n"},
		{"blocks", "", "a {\n", "", "}\n", ""},
		{"templates", "a = ", "\"${", "b", "}\"", "\n"},
		{"not", "a = ", "!", "b", "", "\n"},
		{"minus over lines", "a = (", "-\n", "1", "", ")\n"},
		{"conditionals", "a = ", "b ? c : ", "d", "", "\n"},
		{"conditionals over lines", "a = (", "b ?\n", "c", ": d", ")\n"},
		{"directives", "a = \"", "%{ if b }", "", "%{ endif }", "\"\n"},
		{"sums", "a = ", "1 + ", "1", "", "\n"},
		{"differences", "a = ", "1 - ", "1", "", "\n"},
		{"and over lines", "a = (", "b &&\n", "c", "", ")\n"},
		{"comparisons", "a = ", "b == ", "c", "", "\n"},
		{"elements", "a = b", "[c]", "", "", "\n"},
		{"splats", "a = b", "[*]", "", "", "\n"},
		{"unclosed", "a = ", "[", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			nested := func(levels int) []byte {
				return []byte(tt.head + strings.Repeat(tt.open, levels) + tt.middle + strings.Repeat(tt.shut, levels) + tt.tail)
			}
			src := nested(deep)
			got, diags := format.Source("deep.hcl", src)
			if len(diags) != 1 || diags[0].Summary != "Nested too deeply" || string(got) != string(src) {
				t.Errorf("%d findings, first: %.200s", len(diags), diags.Error())
			}
			if tt.name == "unclosed" {
				return
			}
			if _, diags := format.Source("fine.hcl", nested(300)); len(diags) > 0 {
				t.Errorf("300 levels: %.200s", diags.Error())
			}
		})
	}
}

// TestManyAreNotDeep: a long file is not refused as a deep one.
func TestManyAreNotDeep(t *testing.T) {
	t.Parallel()
	expression := "[x ? -1 : !y, { k = f(1 - 2) }, \"%{ if z }${w}%{ endif }\"]"
	operators := "  c = [x + 1, y[0] - 2] # z\n  d = { e = x == 1\n f = y[0] > 2 }\n  g = x && y[0] // z\n"
	src := strings.Repeat("flow {\n  a = "+expression+"\n  b = x ? -1 : !y\n"+operators+"}\n", 1000) +
		"a = {\n" + strings.Repeat("  b = c > 1 ? d[0] + 1 : e # f\n", 1000) + "}\n"
	if _, diags := format.Source("long.hcl", []byte(src)); len(diags) > 0 {
		t.Error(diags.Error())
	}
}
