package diag

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

const (
	minWidth     = 40  // columns; a narrower report is not readable
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
	t := newTextWriter(opts)
	for i, f := range r.findings() {
		if i > 0 {
			t.WriteByte('\n')
		}
		t.writeFinding(&f)
	}
	return t.Bytes()
}

func newTextWriter(opts Options) *textWriter {
	t := &textWriter{paint: palette(opts.Color), clip: unboundWidth}
	if opts.Width > 0 {
		t.wrap = max(opts.Width, minWidth)
		t.clip = t.wrap
	}
	return t
}

func (t *textWriter) writeFinding(f *finding) {
	label, color := "Error", red
	if f.Severity == hcl.DiagWarning {
		label, color = "Warning", yellow
	}
	fmt.Fprintf(t, "%s %s\n", t.paint.applyStyle(bold+color, label+":"), t.paint.applyStyle(bold, makeVisible(f.Summary)))
	if f.Subject != nil && f.Subject.Filename != "" {
		t.writePlace(f, color)
	}
	if detail := strings.TrimSpace(f.Detail); detail != "" {
		fmt.Fprintf(t, "\n%s\n", wrapText(f.Detail, t.wrap))
	}
}

// writePlace writes the place of the finding and, if the source is known, the
// source line.
func (t *textWriter) writePlace(f *finding, color string) {
	fmt.Fprintf(t, "\n  on %s", t.paint.applyStyle(bold, makeVisible(f.Subject.Filename)))
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
		fmt.Fprintf(t, ", in %s", makeVisible(f.context))
	}
	t.WriteString(":\n")
	t.writeSnippet(f, color)
}

// writeSnippet writes the source lines with a gutter of line numbers, and the
// known values below them.
func (t *textWriter) writeSnippet(f *finding, color string) {
	rows := chooseRows(f)
	digits := 1
	for _, row := range rows {
		digits = max(digits, len(fmt.Sprint(row.number)))
	}
	blank := strings.Repeat(" ", digits)
	space := t.clip - digits - len("   | ")
	for _, row := range rows {
		if row.skipped > 0 {
			t.writeGutter(blank, "|", fmt.Sprintf("... %d more lines", row.skipped))
			continue
		}
		code, from, to := clipLine(splitGlyphs(f.source.text(f.source.line(row.number))), row.mark, space)
		t.writeGutter(fmt.Sprintf("%*d", digits, row.number), "|", code)
		if row.mark != nil {
			t.writeGutter(blank, "|", strings.Repeat(" ", from)+t.paint.applyStyle(bold+color, strings.Repeat("^", to-from)))
		}
	}
	for _, value := range valuesOf(f.Diagnostic) {
		t.writeGutter(blank, "=", keepSpacesVisible(value.Traversal+" "+value.Statement))
	}
}

func (t *textWriter) writeGutter(number, rule, text string) {
	line := "  " + t.paint.applyStyle(blue, number+" "+rule)
	if text != "" {
		line += " " + text
	}
	fmt.Fprintln(t, line)
}

// wrapText breaks lines of prose at spaces to fit the given terminal columns; 0
// keeps lines whole. Lines that begin with a blank are examples and keep their
// layout. Single words are never broken.
func wrapText(text string, columns int) string {
	lines := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
	var out []string
	for _, line := range lines {
		line = strings.TrimRight(line, " \t\r")
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			out = append(out, keepSpacesVisible(line))
			continue
		}
		out = append(out, wrapLine(makeVisible(line), columns)...)
	}
	return strings.Join(out, "\n")
}

func wrapLine(line string, columns int) []string {
	if columns <= 0 || cellCount(line) <= columns {
		return []string{line}
	}
	var lines []string
	current, used := "", 0
	for _, word := range strings.Fields(line) {
		cells := cellCount(word)
		if used > 0 && used+1+cells > columns {
			lines = append(lines, current)
			current, used = "", 0
		}
		if used > 0 {
			current += " "
			used++
		}
		current += word
		used += cells
	}
	return append(lines, current)
}

// SGR parameters of ECMA-48, each with a leading semicolon so that they can be
// joined.
const (
	bold   = ";1"
	red    = ";31"
	yellow = ";33"
	blue   = ";34"
)

// palette colors text if it is true.
type palette bool

func (p palette) applyStyle(style, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + style[1:] + "m" + text + "\x1b[0m"
}
