package load

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestDigestStaysTheSame: the history has digests of earlier releases.
func TestDigestStaysTheSame(t *testing.T) {
	t.Parallel()
	const text = "flow \"a\" {\n\n  # why\n  x = \"${y}$$ 1\" /* b */ + 2\n  z = <<EOT\n  a $b ${c}\n EOT\n}\n"
	const want = "2e1193ab3b5c038b"
	for _, src := range []string{text, "  " + text + "\n# end\n"} {
		d := digestText([]byte(src))
		if got := hex.EncodeToString(d[:8]); got != want {
			t.Errorf("%q has the digest %s, want %s", src, got, want)
		}
	}
}

// TestScanFlow: the tokens of the scanner say the same as those of HCL's lexer, in all
// files of the repository.
func TestScanFlow(t *testing.T) {
	t.Parallel()
	scanned := 0
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".hcl" {
			return err
		}
		src, err := os.ReadFile(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		var lexed, read tokenReader
		tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
		for _, token := range tokens {
			lexed.add(token.Type, token.Bytes)
		}
		if utf8.Valid(src) && read.scan(src) {
			scanned++
		}
		digest, mayCall := scanFlow(src)
		if digest != sha256.Sum256(lexed.text) || mayCall != lexed.mayCall {
			t.Errorf("%s: the digest differs from that of the lexer", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if scanned < 100 {
		t.Errorf("%d files were scanned, want at least 100", scanned)
	}
}
