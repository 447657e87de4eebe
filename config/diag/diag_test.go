package diag_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestSort(t *testing.T) {
	t.Parallel()
	on := func(name, file string, line, column int) *hcl.Diagnostic {
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: name,
			Subject: &hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: column}},
		}
	}
	warning := on("b warning", "a.hcl", 2, 1)
	warning.Severity = hcl.DiagWarning
	in := hcl.Diagnostics{
		on("later file", "b.hcl", 1, 1), on("line 10", "a.hcl", 10, 1), nil, on("c", "a.hcl", 2, 1),
		on("column 2", "a.hcl", 2, 2), warning, on("a", "a.hcl", 2, 1),
		{Summary: "nowhere"},
	}
	given := append(hcl.Diagnostics(nil), in...)
	var got []string
	for _, d := range diag.Sort(in) {
		got = append(got, d.Summary)
	}
	want := []string{"nowhere", "a", "b warning", "c", "column 2", "line 10", "later file"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
	for i := range in {
		if in[i] != given[i] {
			t.Fatal("the argument was changed")
		}
	}
}

func TestSortKeepsEqualOnes(t *testing.T) {
	t.Parallel()
	first, second := &hcl.Diagnostic{Summary: "same"}, &hcl.Diagnostic{Summary: "same"}
	got := diag.Sort(hcl.Diagnostics{first, second})
	if len(got) != 2 || got[0] != first || got[1] != second {
		t.Errorf("got %v", got)
	}
}

func TestWriteUnknownFormat(t *testing.T) {
	t.Parallel()
	err := diag.Write(&bytes.Buffer{}, "xml", diag.Report{}, diag.Options{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, format := range append(diag.Formats(), `"xml"`) {
		if !strings.Contains(err.Error(), format) {
			t.Errorf("%q does not name %s", err, format)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	for _, format := range diag.Formats() {
		err := diag.Write(brokenWriter{}, format, sample(t), diag.Options{})
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", format, err)
		}
	}
}

func TestWriteNothing(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"text":   "",
		"github": "",
		"json":   `"valid": true,` + "\n  " + `"error_count": 0,` + "\n  " + `"warning_count": 0,` + "\n  " + `"diagnostics": []`,
		"sarif":  `"results": []`,
		"junit":  `tests="0" failures="0"`,
	}
	for _, format := range diag.Formats() {
		got := write(t, format, diag.Report{}, diag.Options{})
		if !strings.Contains(got, want[format]) || want[format] == "" && got != "" {
			t.Errorf("%s: got %q", format, got)
		}
	}
}

func TestWarningsAreValid(t *testing.T) {
	t.Parallel()
	r := diag.Report{Diags: hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "Careful"}}}
	got := write(t, "json", r, diag.Options{})
	for _, want := range []string{`"valid": true`, `"error_count": 0`, `"warning_count": 1`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in %s", want, got)
		}
	}
}
