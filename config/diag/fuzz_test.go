package diag_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// FuzzWrite gives every format a source and a range that may not fit it. Write must
// not panic, the JSON must parse and highlight inside its code, and the text must
// have no control characters.
func FuzzWrite(f *testing.F) {
	for _, c := range trickyCases() {
		f.Add(c.src, 1, 1, len(c.src)/2, 2, 3, len(c.src))
	}
	f.Add("a = 1\n", 0, -1, -5, 99, 99, 1<<30)
	f.Fuzz(func(t *testing.T, src string, line, column, at, endLine, endColumn, end int) {
		subject := &hcl.Range{
			Filename: file,
			Start:    hcl.Pos{Line: line, Column: column, Byte: at},
			End:      hcl.Pos{Line: endLine, Column: endColumn, Byte: end},
		}
		r := diag.Report{
			Files: map[string][]byte{file: []byte(src)},
			Diags: hcl.Diagnostics{
				{Severity: hcl.DiagError, Summary: src, Detail: src, Subject: subject},
				{Severity: hcl.DiagWarning, Subject: subject, Context: &hcl.Range{Filename: file, Start: subject.End, End: subject.Start}},
			},
		}
		for _, format := range diag.Formats() {
			if err := diag.Write(io.Discard, format, r, diag.Options{Width: 40}); err != nil {
				t.Fatal(err)
			}
		}
		checkText(t, write(t, "text", r, diag.Options{Width: 40}))
		checkJSON(t, write(t, "json", r, diag.Options{}))
	})
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("text is not UTF-8: %q", text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == '\x7f' }); i >= 0 {
		t.Errorf("text has a control character: %q", text[i:])
	}
}

func checkJSON(t *testing.T, text string) {
	t.Helper()
	var report struct {
		Diagnostics []struct {
			Snippet *struct {
				Code  string
				Start int `json:"highlight_start_offset"`
				End   int `json:"highlight_end_offset"`
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Diagnostics {
		if s := d.Snippet; s != nil && (s.Start < 0 || s.End < s.Start || s.End > len(s.Code)) {
			t.Errorf("highlights %d to %d of %q", s.Start, s.End, s.Code)
		}
	}
}
