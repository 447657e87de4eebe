// Package diag creates and renders findings. The code that loads, checks or
// formats flow files returns hcl.Diagnostics; this package renders them as text
// for people, and as JSON, GitHub workflow commands and SARIF for programs.
//
// Rules for contributors: this package never changes a diagnostic or its source;
// a wrong or stale range gives a poorer report but never a failure; a value that
// carries a cty mark is never written; bytes of source files never reach a
// terminal as control sequences.
package diag

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Report is a set of findings with the sources they point at.
type Report struct {
	// Diags are the findings, in any order; nil entries are ignored.
	Diags hcl.Diagnostics
	// Files holds the source bytes by the file name that ranges use, a slash
	// separated path relative to where the command runs. A file that is
	// missing costs its findings only the snippet.
	Files map[string][]byte
	// Notes are facts that ask for no change. Only JSON holds them.
	Notes []Note
}

// Note is a fact about a place in the files.
type Note struct {
	Range hcl.Range
	Text  string // one line
}

// Options tune how a report is written.
type Options struct {
	// Color adds ANSI colour sequences to the text format.
	Color bool
	// Width is the number of terminal columns the text format may use. At 0
	// the detail is not wrapped and source lines are clipped at 120 columns;
	// a width below 40 counts as 40.
	Width int
	// Version is the version of this program, which SARIF names as the tool;
	// left out when empty.
	Version string
}

// Formats returns the names that Write accepts.
func Formats() []string {
	return []string{"text", "json", "github", "sarif", "junit"}
}

// Write renders the report to w in one of the Formats, ordered as Sort does.
// It returns an error when the format is unknown or w fails.
func Write(w io.Writer, format string, r Report, opts Options) error {
	r.Diags = Sort(r.Diags)
	var out []byte
	var err error
	switch format {
	case "text":
		out = renderText(r, opts)
	case "json":
		out, err = renderJSON(r)
	case "github":
		out = renderGitHub(r)
	case "sarif":
		out, err = renderSARIF(r, opts.Version)
	case "junit":
		out, err = renderJUnit(r)
	default:
		return fmt.Errorf("unknown format %q: use one of %s", format, strings.Join(Formats(), ", "))
	}
	if err != nil {
		return fmt.Errorf("rendering findings as %s: %w", format, err)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	return nil
}

// Sort returns the diagnostics ordered by file, line and column of their
// subject, then by summary and detail, errors and warnings interleaved. Those
// without a subject come first; equal ones keep their order; nil entries are
// dropped. The argument is left as it is.
func Sort(d hcl.Diagnostics) hcl.Diagnostics {
	sorted := make(hcl.Diagnostics, 0, len(d))
	for _, one := range d {
		if one != nil {
			sorted = append(sorted, one)
		}
	}
	slices.SortStableFunc(sorted, comparePlace)
	return sorted
}

// comparePlace orders two diagnostics by place, then by text.
func comparePlace(a, b *hcl.Diagnostic) int {
	from, to := subjectRange(a), subjectRange(b)
	return cmp.Or(
		cmp.Compare(from.Filename, to.Filename),
		cmp.Compare(from.Start.Line, to.Start.Line),
		cmp.Compare(from.Start.Column, to.Start.Column),
		cmp.Compare(a.Summary, b.Summary),
		cmp.Compare(a.Detail, b.Detail),
	)
}

// subjectRange returns the range of the diagnostic, or the zero range.
func subjectRange(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}
