package format_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/format"
)

// FuzzSource: for every input Source does not panic, returns a file with syntax errors
// unchanged, and changes only white space in any other file; a second run changes
// nothing.
func FuzzSource(f *testing.F) {
	for _, pattern := range []string{"testdata/cases/*/in.hcl", "testdata/bad/*.hcl"} {
		for _, path := range glob(f, pattern) {
			f.Add(read(f, path))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		given := bytes.Clone(src)
		got, diags := format.Source("fuzz.hcl", src)
		if !bytes.Equal(src, given) {
			t.Fatal("the argument was changed")
		}
		if diags.HasErrors() {
			if !bytes.Equal(got, src) {
				t.Errorf("a file with errors was changed to %q", got)
			}
			return
		}
		checkFormatted(t, src, got)
	})
}

// checkFormatted checks the promises of Source for a file without errors.
func checkFormatted(t *testing.T, src, got []byte) {
	t.Helper()
	again, diags := format.Source("again.hcl", got)
	if diags.HasErrors() {
		t.Errorf("the result has errors: %s\n%q", diags, got)
	}
	if d := cmp.Diff(string(got), string(again)); d != "" {
		t.Errorf("formatting twice differs (-once +twice):\n%s", d)
	}
	if d := cmp.Diff(meaning(src), meaning(got)); d != "" {
		t.Errorf("tokens differ (-source +formatted):\n%s", d)
	}
	if d := cmp.Diff(heredocs(src), heredocs(got)); d != "" {
		t.Errorf("heredocs differ (-source +formatted):\n%s", d)
	}
	checkLines(t, got)
}

func lex(src []byte) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	return tokens
}

// meaning lists the tokens without line ends and the blanks before them.
func meaning(src []byte) []string {
	var list []string
	for _, tok := range lex(src) {
		text := string(tok.Bytes)
		switch tok.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF:
			continue
		case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc:
			var lines []string
			for line := range strings.Lines(text) {
				lines = append(lines, strings.TrimRight(line, " \t\r\n"))
			}
			text = strings.Join(lines, "\n")
		}
		list = append(list, tok.Type.String()+" "+text)
	}
	return list
}

// heredocs lists the contents of the outermost heredocs.
func heredocs(src []byte) []string {
	var list []string
	depth, start := 0, 0
	for _, tok := range lex(src) {
		switch tok.Type {
		case hclsyntax.TokenOHeredoc:
			if depth++; depth == 1 {
				start = tok.Range.End.Byte
			}
		case hclsyntax.TokenCHeredoc:
			if depth--; depth == 0 {
				list = append(list, string(src[start:tok.Range.Start.Byte]))
			}
		}
	}
	return list
}

// checkLines checks the rules for line ends outside of heredocs. Comments may have
// blank lines.
func checkLines(t *testing.T, got []byte) {
	t.Helper()
	if len(got) > 0 && !bytes.HasSuffix(got, []byte("\n")) {
		t.Errorf("no line end at the end of %q", got)
	}
	if bytes.HasPrefix(got, []byte("\n")) || bytes.HasSuffix(got, []byte("\n\n")) || bytes.HasPrefix(got, []byte("\ufeff")) {
		t.Errorf("begins or ends with what has no place there: %q", got)
	}
	inDoc, inComment := covered(got)
	start := 0
	for line := range bytes.Lines(got) {
		end := start + len(line) - 1
		if !inDoc[end] && len(line) > 1 && bytes.ContainsRune([]byte(" \t\r"), rune(line[len(line)-2])) {
			t.Errorf("blanks at the end of %q", line)
		}
		if len(line) == 1 && start > 1 && got[start-2] == '\n' && !inDoc[end] && !inComment[end] {
			t.Errorf("two blank lines in %q", got[:end])
		}
		start += len(line)
	}
}

// covered returns for each byte whether it belongs to a heredoc's content, and whether
// it is inside a comment.
func covered(src []byte) (inDoc, inComment []bool) {
	inDoc, inComment = make([]bool, len(src)), make([]bool, len(src))
	depth, start := 0, 0
	for _, tok := range lex(src) {
		switch tok.Type {
		case hclsyntax.TokenOHeredoc:
			if depth++; depth == 1 {
				start = tok.Range.End.Byte
			}
		case hclsyntax.TokenCHeredoc:
			if depth--; depth == 0 {
				fill(inDoc[start:tok.Range.Start.Byte])
			}
		case hclsyntax.TokenComment:
			fill(inComment[tok.Range.Start.Byte:tok.Range.End.Byte])
		}
	}
	return inDoc, inComment
}

func fill(flags []bool) {
	copy(flags, slices.Repeat([]bool{true}, len(flags)))
}
