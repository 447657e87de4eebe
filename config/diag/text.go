package diag

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

const (
	narrowest    = 40  // columns below which nothing readable can be made
	unboundWidth = 120 // columns for source lines when no width is given
)

// textWriter writes findings for people.
type textWriter struct {
	bytes.Buffer
	paint palette
	wrap  int // columns for prose; 0: not wrapped
	clip  int // columns for a source line with its gutter
}

// renderText writes the findings one after another, a blank line between them:
//
//	Error: Unknown name
//
//	  on flows/orders.hcl line 12, in flow "orders":
//	  12 |     text = webhok.total
//	     |            ^^^^^^
//	     = webhook.total is 12
//
//	There is no name "webhok" here. Did you mean "webhook"?
func renderText(r Report, opts Options) []byte {
	t := &textWriter{paint: palette(opts.Color), clip: unboundWidth}
	if opts.Width > 0 {
		t.wrap = max(opts.Width, narrowest)
		t.clip = t.wrap
	}
	for i, f := range r.findings() {
		if i > 0 {
			t.WriteByte('\n')
		}
		t.finding(&f)
	}
	return t.Bytes()
}

func (t *textWriter) finding(f *finding) {
	label, color := "Error", red
	if f.Severity == hcl.DiagWarning {
		label, color = "Warning", yellow
	}
	fmt.Fprintf(t, "%s %s\n", t.paint.apply(bold+color, label+":"), t.paint.apply(bold, visible(f.Summary)))
	if f.Subject != nil && f.Subject.Filename != "" {
		t.place(f, color)
	}
	if detail := strings.TrimSpace(f.Detail); detail != "" {
		fmt.Fprintf(t, "\n%s\n", wrapText(f.Detail, t.wrap))
	}
}

// place writes where the finding is and, with the source at hand, shows it.
func (t *textWriter) place(f *finding, color string) {
	fmt.Fprintf(t, "\n  on %s", t.paint.apply(bold, visible(f.Subject.Filename)))
	if f.Subject.Start.Line > 0 {
		fmt.Fprintf(t, " line %d", f.Subject.Start.Line)
	}
	if f.source == nil {
		if f.Subject.Start.Column > 0 {
			fmt.Fprintf(t, ", column %d", f.Subject.Start.Column)
		}
		t.WriteByte('\n')
		return
	}
	if f.context != "" {
		fmt.Fprintf(t, ", in %s", visible(f.context))
	}
	t.WriteString(":\n")
	t.snippet(f, color)
}

// snippet writes the excerpt, a gutter of line numbers beside it, and the
// known values below it.
func (t *textWriter) snippet(f *finding, color string) {
	rows := excerpt(f)
	digits := 1
	for _, row := range rows {
		digits = max(digits, len(fmt.Sprint(row.number)))
	}
	blank := strings.Repeat(" ", digits)
	space := t.clip - digits - len("   | ")
	for _, row := range rows {
		if row.skipped > 0 {
			t.gutter(blank, "|", fmt.Sprintf("... %d more lines", row.skipped))
			continue
		}
		code, from, to := clipLine(layout(f.source.text(f.source.line(row.number))), row.mark, space)
		t.gutter(fmt.Sprintf("%*d", digits, row.number), "|", code)
		if row.mark != nil {
			t.gutter(blank, "|", strings.Repeat(" ", from)+t.paint.apply(bold+color, strings.Repeat("^", to-from)))
		}
	}
	for _, value := range valuesOf(f.Diagnostic) {
		t.gutter(blank, "=", visibleVerbatim(value.Traversal+" "+value.Statement))
	}
}

func (t *textWriter) gutter(number, rule, text string) {
	line := "  " + t.paint.apply(blue, number+" "+rule)
	if text != "" {
		line += " " + text
	}
	fmt.Fprintln(t, line)
}
