package diag_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with the file below testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
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

func write(t *testing.T, format string, r diag.Report, opts diag.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := diag.Write(&out, format, r, opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// at returns the range of the needle in the source, as HCL's scanner counts. The
// first "|" in the needle is the beginning of the range, the second one its end.
func at(t *testing.T, name, src, needle string) *hcl.Range {
	t.Helper()
	plain := strings.ReplaceAll(needle, "|", "")
	start := strings.Index(src, plain)
	if start < 0 {
		t.Fatalf("%q is not in %s", plain, name)
	}
	end := start + len(plain)
	if parts := strings.Split(needle, "|"); len(parts) == 3 {
		start += len(parts[0])
		end = start + len(parts[1])
	}
	return &hcl.Range{Filename: name, Start: position(t, src, start), End: position(t, src, end)}
}

func position(t *testing.T, src string, offset int) hcl.Pos {
	t.Helper()
	before := src[:offset]
	lineStart := strings.LastIndex(before, "\n") + 1
	columns, err := textseg.TokenCount([]byte(strings.TrimPrefix(before[lineStart:], "\ufeff")), textseg.ScanGraphemeClusters)
	if err != nil {
		t.Fatal(err)
	}
	return hcl.Pos{Line: strings.Count(before, "\n") + 1, Column: columns + 1, Byte: offset}
}
