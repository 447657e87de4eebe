package load_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
)

// TestRendered compares the findings of some bad cases, rendered as text, with
// golden files.
func TestRendered(t *testing.T) {
	t.Parallel()
	shown := []string{
		"syntax_missing_brace.hcl", "names_of_actions.hcl", "types_compared.hcl",
		"jq_syntax.hcl", "secrets_not_set.hcl", "files_apart",
	}
	for _, c := range testCases(t, "bad") {
		name := strings.TrimPrefix(c.name, "bad/")
		shown = remove(shown, name, func() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				loaded, diags := load.Files(c.options)
				var out bytes.Buffer
				if err := diag.Write(&out, "text", diag.Report{Diags: diags, Files: loaded.Files}, diag.Options{Width: 100}); err != nil {
					t.Fatal(err)
				}
				golden(t, strings.TrimSuffix(name, ".hcl")+".txt", out.Bytes())
			})
		})
	}
	if len(shown) > 0 {
		t.Errorf("no such cases: %s", shown)
	}
}

// remove removes a name from the list and calls found if it was there.
func remove(list []string, name string, found func()) []string {
	for i, one := range list {
		if one == name {
			found()
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs, -update rewrites it (-want +got):\n%s", path, d)
	}
}
