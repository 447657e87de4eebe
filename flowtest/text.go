package flowtest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// TextOptions tune the text format.
type TextOptions struct {
	Color   bool
	Verbose bool // also lists the tests that passed
}

// WriteText writes the report for people: the failed tests with the lines of the
// files, and a summary.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	var out bytes.Buffer
	for _, t := range r.Results {
		if err := r.writeResult(&out, t, o); err != nil {
			return err
		}
	}
	out.WriteString(r.Summary() + "\n")
	_, err := w.Write(out.Bytes())
	return err
}

func (r *Report) writeResult(out *bytes.Buffer, t *Result, o TextOptions) error {
	place := fmt.Sprintf("%s:%d", t.File(), t.Range.Start.Line)
	switch {
	case len(t.Failures) > 0:
		fmt.Fprintf(out, "FAIL  %s  %s (%s)\n\n", place, t.Name, roundTime(t.Took))
		report := diag.Report{Files: r.Files}
		for _, f := range t.Failures {
			report.Diags = append(report.Diags, f.diagnostic())
		}
		var text bytes.Buffer
		if err := diag.Write(&text, "text", report, diag.Options{Color: o.Color}); err != nil {
			return err
		}
		out.WriteString(strings.TrimRight(text.String(), "\n") + "\n\n")
	case t.Skipped != "" && o.Verbose:
		fmt.Fprintf(out, "skip  %s  %s: %s\n", place, t.Name, t.Skipped)
	case o.Verbose:
		fmt.Fprintf(out, "pass  %s  %s (%s)\n", place, t.Name, roundTime(t.Took))
	}
	return nil
}

// Summary says in one line how the tests ended.
func (r *Report) Summary() string {
	failed, skipped := r.Failed(), 0
	for _, t := range r.Results {
		if t.Skipped != "" {
			skipped++
		}
	}
	text := fmt.Sprintf("%d passed", len(r.Results)-failed-skipped)
	if failed > 0 {
		text = fmt.Sprintf("%d failed, %s", failed, text)
	}
	if skipped > 0 {
		text += fmt.Sprintf(", %d skipped", skipped)
	}
	return fmt.Sprintf("%s in %s.", text, roundTime(r.Took))
}

func roundTime(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Millisecond)
}

// diagnostic returns the failure as a finding.
func (f *Failure) diagnostic() *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: f.Summary, Detail: f.Text(), Subject: f.Range.Ptr()}
}

// Text says in full why the test failed.
func (f *Failure) Text() string {
	var parts []string
	if f.Detail != "" {
		parts = append(parts, f.Detail)
	}
	if len(f.Values) > 0 {
		lines := make([]string, len(f.Values))
		for i, v := range f.Values {
			lines[i] = "  " + v.Name + " is " + v.Text
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	if f.Diff != "" {
		parts = append(parts, indent(strings.TrimRight(f.Diff, "\n"))) // indented lines keep their spaces, see diag.Write
	}
	if f.Action != nil {
		parts = append(parts, fmt.Sprintf("The action is at %s line %d.", f.Action.Filename, f.Action.Start.Line))
	}
	return strings.Join(parts, "\n\n")
}
