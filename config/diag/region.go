package diag

import "unicode/utf16"

// region is a place as tools outside HCL name it: one-based lines and columns,
// the end exclusive, columns in UTF-16 code units.
type region struct {
	startLine, startColumn int
	endLine, endColumn     int
}

// region returns where the finding is; false when it has no place in a file.
// Without the source the columns are those of HCL, which count grapheme
// clusters: the same in lines of plain ASCII.
func (f *finding) region() (region, bool) {
	if f.Subject == nil || f.Subject.Filename == "" || f.Subject.Start.Line < 1 {
		return region{}, false
	}
	if f.source != nil {
		r := region{startLine: f.source.lineOf(f.at.start), endLine: f.source.lineOf(f.at.end)}
		r.startColumn = f.source.utf16Column(f.at.start)
		r.endColumn = f.source.utf16Column(f.at.end)
		return r, true
	}
	from, to := f.Subject.Start, f.Subject.End
	r := region{startLine: from.Line, startColumn: max(from.Column, 1)}
	r.endLine, r.endColumn = max(to.Line, r.startLine), max(to.Column, 1)
	if r.endLine == r.startLine {
		r.endColumn = max(r.endColumn, r.startColumn)
	}
	return r, true
}

// utf16Column returns the one-based column of the offset in its line. A byte
// order mark takes none; bytes that are not UTF-8 take one each.
func (s *source) utf16Column(offset int) int {
	line := s.line(s.lineOf(offset))
	column := 1
	for _, r := range string(s.text(span{line.start, max(min(offset, line.end), line.start)})) {
		column += utf16.RuneLen(r)
	}
	return column
}
