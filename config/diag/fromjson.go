package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// WriteFromJSON writes findings that another process wrote as JSON in the form for
// people. findings are the diagnostics of its report.
func WriteFromJSON(w io.Writer, findings []json.RawMessage, opts Options) error {
	t := newTextWriter(opts)
	for i, raw := range findings {
		var d jsonDiagnostic
		if err := json.Unmarshal(raw, &d); err != nil {
			return fmt.Errorf("reading a finding: %w", err)
		}
		if i > 0 {
			t.WriteByte('\n')
		}
		f := d.finding()
		t.writeFinding(&f)
	}
	_, err := w.Write(t.Bytes())
	return err
}

// finding returns the finding that was written as JSON. Its source has the lines of
// the snippet alone, at their numbers.
func (d *jsonDiagnostic) finding() finding {
	severity := hcl.DiagError
	if d.Severity == severityWord(hcl.DiagWarning) {
		severity = hcl.DiagWarning
	}
	f := finding{Diagnostic: &hcl.Diagnostic{Severity: severity, Summary: d.Summary, Detail: d.Detail}}
	if d.Range == nil {
		return f
	}
	f.Subject = &hcl.Range{Filename: d.Range.Filename, Start: hcl.Pos(d.Range.Start), End: hcl.Pos(d.Range.End)}
	s := d.Snippet
	if s == nil || s.StartLine < 1 || s.StartLine > d.Range.Start.Line {
		return f
	}
	before := min(s.StartLine, maxSnippetLine) - 1
	at := span{before + s.HighlightStartOffset, before + s.HighlightEndOffset}
	if at.start < before || at.end < at.start || at.end > before+len(s.Code) {
		return f
	}
	f.source, f.at = newSource([]byte(strings.Repeat("\n", before)+s.Code)), at
	if s.Context != nil {
		f.context = *s.Context
	}
	return f
}

// maxSnippetLine is the number of the last line of which a snippet is shown at its
// own number.
const maxSnippetLine = 1_000_000
