package diag

import "bytes"

const (
	contextLines = 2 // lines of the context shown on either side
	markedLines  = 4 // a longer subject is cut behind its third line
)

// row is one line of an excerpt: a source line, or a note that lines were
// left out.
type row struct {
	number  int   // line in the file, from 1
	mark    *span // the part to underline, as byte offsets in the line; nil for none
	skipped int   // lines left out here; the other fields are zero then
}

// chooseRows chooses the lines that show a finding: its subject, cut after the
// first lines if it is long, and some lines of its context around it.
func chooseRows(f *finding) []row {
	first, last := f.source.lineOf(f.at.start), f.source.lineOf(f.at.end)
	from, to := f.lineRange()
	if from == first && first > 1 && f.source.isBlank(first) {
		from-- // a caret below an empty line does not show the place
	}
	var rows []row
	for number := max(from, first-contextLines); number < first; number++ {
		rows = append(rows, row{number: number})
	}
	shown := last
	if last-first+1 > markedLines {
		shown = first + markedLines - 2
	}
	for number := first; number <= shown; number++ {
		rows = append(rows, row{number: number, mark: f.markOn(number)})
	}
	if shown < last {
		return append(rows, row{skipped: last - shown})
	}
	for number := last + 1; number <= min(to, last+contextLines); number++ {
		rows = append(rows, row{number: number})
	}
	return rows
}

// markOn returns the part of the line to underline: from the subject's start
// or the first visible character, to the subject's end or the last visible
// character. Blank lines between those get no mark.
func (f *finding) markOn(number int) *span {
	line := f.source.line(number)
	text := f.source.text(line)
	mark := span{len(text) - len(bytes.TrimLeft(text, " \t")), len(bytes.TrimRight(text, " \t"))}
	first := f.source.lineOf(f.at.start) == number
	if first {
		mark.start = min(max(f.at.start-line.start, 0), len(text))
	}
	if f.source.lineOf(f.at.end) == number {
		mark.end = min(max(f.at.end-line.start, 0), len(text))
	}
	mark.end = max(mark.end, mark.start)
	if mark.start == mark.end && !first {
		return nil
	}
	return &mark
}

func (s *source) isBlank(number int) bool {
	return len(bytes.TrimSpace(s.text(s.line(number)))) == 0
}
