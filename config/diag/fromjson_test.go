package diag_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// TestWriteFromJSON checks that findings that went through JSON read as those that
// did not.
func TestWriteFromJSON(t *testing.T) {
	t.Parallel()
	src := []byte("# a comment\nflow \"orders\" {\n  trigger \"webhook\" {}\n  action \"log\" \"é\" {\n    message = webhok.body\n  }\n}\n")
	at := func(text string) *hcl.Range {
		start := bytes.Index(src, []byte(text))
		line := bytes.Count(src[:start], []byte("\n")) + 1
		column := start - bytes.LastIndexByte(src[:start], '\n')
		return &hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: line, Column: column, Byte: start}, End: hcl.Pos{Line: line, Column: column + len(text), Byte: start + len(text)}}
	}
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "Unknown name", Detail: "There is no \"webhok\" here.", Subject: at("webhok.body")},
		{Severity: hcl.DiagWarning, Summary: "Odd", Detail: "It is odd.", Subject: at("# a")},
		{Severity: hcl.DiagError, Summary: "No place", Detail: "It has none."},
		{Severity: hcl.DiagError, Summary: "Another file", Subject: &hcl.Range{Filename: "b.hcl", Start: hcl.Pos{Line: 3, Column: 1}, End: hcl.Pos{Line: 3, Column: 2}}},
	}
	report := diag.Report{Diags: diags, Files: map[string][]byte{"a.hcl": src}}
	opts := diag.Options{Width: 100}
	var want, text, got bytes.Buffer
	if err := diag.Write(&want, "text", report, opts); err != nil {
		t.Fatal(err)
	}
	if err := diag.Write(&text, "json", report, opts); err != nil {
		t.Fatal(err)
	}
	var decoded struct{ Diagnostics []json.RawMessage }
	if err := json.Unmarshal(text.Bytes(), &decoded); err != nil {
		t.Fatal(err)
	}
	if err := diag.WriteFromJSON(&got, decoded.Diagnostics, opts); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.String(), got.String()); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}

// TestWriteFromJSONDoubts checks that a snippet that does not fit is left out.
func TestWriteFromJSONDoubts(t *testing.T) {
	t.Parallel()
	for name, snippet := range map[string]string{
		"offset before": `{"code": "a", "start_line": 1, "highlight_start_offset": -1, "highlight_end_offset": 1}`,
		"offset after":  `{"code": "a", "start_line": 1, "highlight_start_offset": 0, "highlight_end_offset": 9}`,
		"turned around": `{"code": "a", "start_line": 1, "highlight_start_offset": 1, "highlight_end_offset": 0}`,
		"no line":       `{"code": "a", "start_line": 0}`,
		"a later line":  `{"code": "a", "start_line": 2000000000}`,
	} {
		var got strings.Builder
		raw := `{"severity": "error", "summary": "S", "detail": "D.", "range": {"filename": "a\u001b.hcl", "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 2}}, "snippet": ` + snippet + `}`
		if err := diag.WriteFromJSON(&got, []json.RawMessage{json.RawMessage(raw)}, diag.Options{}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(got.String(), " | ") || strings.Contains(got.String(), "\x1b") || !strings.Contains(got.String(), "D.") {
			t.Errorf("%s: %q", name, got.String())
		}
	}
	if err := diag.WriteFromJSON(&strings.Builder{}, []json.RawMessage{json.RawMessage(`[]`)}, diag.Options{}); err == nil {
		t.Error("no error for a finding that is none")
	}
}
