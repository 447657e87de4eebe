package diag

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// The types below have the format of `terraform validate -json`, version 1.0:
// range and snippet are omitted if there is none, context is null outside of
// blocks, values is never null.

type jsonReport struct {
	FormatVersion string           `json:"format_version"`
	Valid         bool             `json:"valid"`
	ErrorCount    int              `json:"error_count"`
	WarningCount  int              `json:"warning_count"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
	Notes         []jsonNote       `json:"notes,omitempty"` // not in Terraform's format
}

type jsonNote struct {
	Text  string     `json:"text"`
	Range *jsonRange `json:"range"`
}

type jsonDiagnostic struct {
	Severity string       `json:"severity"` // error, warning or unknown
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Range    *jsonRange   `json:"range,omitempty"`
	Snippet  *jsonSnippet `json:"snippet,omitempty"`
}

type jsonRange struct {
	Filename string  `json:"filename"`
	Start    jsonPos `json:"start"`
	End      jsonPos `json:"end"` // exclusive
}

type jsonPos struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in grapheme clusters
	Byte   int `json:"byte"`   // from 0, in the file
}

type jsonSnippet struct {
	Context              *string      `json:"context"`
	Code                 string       `json:"code"` // whole lines, joined by "\n"
	StartLine            int          `json:"start_line"`
	HighlightStartOffset int          `json:"highlight_start_offset"` // in bytes of code
	HighlightEndOffset   int          `json:"highlight_end_offset"`
	Values               []knownValue `json:"values"`
}

func renderJSON(r Report) ([]byte, error) {
	report := jsonReport{FormatVersion: "1.0", Valid: true, Diagnostics: []jsonDiagnostic{}}
	for _, f := range r.findings() {
		switch f.Severity {
		case hcl.DiagError:
			report.Valid = false
			report.ErrorCount++
		case hcl.DiagWarning:
			report.WarningCount++
		}
		report.Diagnostics = append(report.Diagnostics, f.toJSON())
	}
	for _, n := range r.Notes {
		report.Notes = append(report.Notes, jsonNote{n.Text, jsonRangeOf(n.Range)})
	}
	return marshalIndented(report)
}

func (f *finding) toJSON() jsonDiagnostic {
	d := jsonDiagnostic{Severity: severityWord(f.Severity), Summary: f.Summary, Detail: f.Detail}
	if f.Subject != nil {
		d.Range = jsonRangeOf(*f.Subject)
	}
	if f.source != nil {
		d.Snippet = f.jsonSnippet()
	}
	return d
}

// jsonRangeOf makes an empty range one column wide, as readers highlight it.
func jsonRangeOf(r hcl.Range) *jsonRange {
	if r.End == (hcl.Pos{}) {
		r.End = r.Start
	}
	if r.Start == r.End {
		r.End.Byte++
		r.End.Column++
	}
	return &jsonRange{Filename: r.Filename, Start: jsonPos(r.Start), End: jsonPos(r.End)}
}

func (f *finding) jsonSnippet() *jsonSnippet {
	first, last := f.lineRange()
	snippet := &jsonSnippet{StartLine: first, Values: valuesOf(f.Diagnostic)}
	if f.context != "" {
		snippet.Context = &f.context
	}
	at := f.at
	if at.start == at.end {
		at.end++
	}
	var code strings.Builder
	for number := first; number <= last; number++ {
		line := f.source.line(number)
		if number > first {
			code.WriteByte('\n')
		}
		marked := clipSpan(line, at)
		code.WriteString(f.source.validText(span{line.start, marked.start}))
		if f.source.lineOf(at.start) == number {
			snippet.HighlightStartOffset = code.Len()
		}
		code.WriteString(f.source.validText(marked))
		if at.end > line.start {
			snippet.HighlightEndOffset = code.Len()
		}
		code.WriteString(f.source.validText(span{marked.end, line.end}))
	}
	snippet.Code = code.String()
	return snippet
}

// clipSpan returns the marked part of the line, or an empty span at the nearer end
// of the line if no part is marked.
func clipSpan(line, marked span) span {
	return span{
		start: min(max(line.start, marked.start), line.end),
		end:   max(min(line.end, marked.end), line.start),
	}
}

// validText returns the span as valid UTF-8, which JSON requires.
func (s *source) validText(sp span) string {
	return strings.ToValidUTF8(string(s.text(sp)), replacement)
}

// marshalIndented writes v as indented JSON with a line end.
func marshalIndented(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
