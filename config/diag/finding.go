package diag

import (
	"unicode/utf16"

	"github.com/hashicorp/hcl/v2"
)

// finding is a diagnostic with its place in the source.
type finding struct {
	*hcl.Diagnostic
	source  *source // nil if the source is missing or does not fit
	at      span    // the subject in the source
	context string  // header of the block around the subject, or ""
}

// fileCache holds the results that were computed from each file.
type fileCache struct {
	contents map[string][]byte
	seen     map[string]*openedFile
}

type openedFile struct {
	source  *source
	outline outline
}

func newFileCache(contents map[string][]byte) *fileCache {
	return &fileCache{contents: contents, seen: map[string]*openedFile{}}
}

func (f *fileCache) openFile(name string) *openedFile {
	if file, ok := f.seen[name]; ok {
		return file
	}
	contents, ok := f.contents[name]
	if !ok {
		return nil
	}
	file := &openedFile{source: newSource(contents), outline: outlineOf(contents)}
	f.seen[name] = file
	return file
}

// findings returns the diagnostics with their places in the sources.
func (r Report) findings() []finding {
	files := newFileCache(r.Files)
	found := make([]finding, 0, len(r.Diags))
	for _, d := range r.Diags {
		one := finding{Diagnostic: d}
		if d.Subject != nil {
			one.attachSource(files.openFile(d.Subject.Filename))
		}
		found = append(found, one)
	}
	return found
}

func (f *finding) attachSource(file *openedFile) {
	if file == nil {
		return
	}
	at, ok := file.source.locateRange(*f.Subject)
	if !ok {
		return
	}
	f.source, f.at = file.source, at
	f.context = file.outline.headerAround(at.start)
}

// lineRange returns the numbers of the first and last line of the subject and of
// its context, if there is one. It needs the source.
func (f *finding) lineRange() (first, last int) {
	first, last = f.source.lineOf(f.at.start), f.source.lineOf(f.at.end)
	if f.Context == nil || f.Context.Filename != f.Subject.Filename {
		return first, last
	}
	if around, ok := f.source.locateRange(*f.Context); ok {
		first = min(first, f.source.lineOf(around.start))
		last = max(last, f.source.lineOf(around.end))
	}
	return first, last
}

// severityWord returns the word for the severity in JSON.
func severityWord(s hcl.DiagnosticSeverity) string {
	switch s {
	case hcl.DiagError:
		return "error"
	case hcl.DiagWarning:
		return "warning"
	default:
		return "unknown"
	}
}

// region is a place in the form of tools outside HCL: one-based lines and columns,
// the end exclusive, columns in UTF-16 code units.
type region struct {
	startLine, startColumn int
	endLine, endColumn     int
}

// region returns the place of the finding; false if it has no place in a file.
// Without the source the columns are HCL's, which count grapheme clusters. In
// ASCII lines both are the same.
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
