package diag

import "github.com/hashicorp/hcl/v2"

// finding is a diagnostic with what its source says about it.
type finding struct {
	*hcl.Diagnostic
	source  *source // nil when the source is not at hand or does not fit
	at      span    // the subject in the source
	context string  // header of the block around the subject, or ""
}

// files keeps what was computed from each file, for the findings that follow.
type files struct {
	contents map[string][]byte
	seen     map[string]*opened
}

type opened struct {
	source  *source
	outline outline
}

func newFiles(contents map[string][]byte) *files {
	return &files{contents: contents, seen: map[string]*opened{}}
}

func (f *files) open(name string) *opened {
	if file, ok := f.seen[name]; ok {
		return file
	}
	contents, ok := f.contents[name]
	if !ok {
		return nil
	}
	file := &opened{source: newSource(contents), outline: outlineOf(contents)}
	f.seen[name] = file
	return file
}

// findings looks up the source of every diagnostic.
func (r Report) findings() []finding {
	files := newFiles(r.Files)
	found := make([]finding, 0, len(r.Diags))
	for _, d := range r.Diags {
		one := finding{Diagnostic: d}
		if d.Subject != nil {
			one.look(files.open(d.Subject.Filename))
		}
		found = append(found, one)
	}
	return found
}

func (f *finding) look(file *opened) {
	if file == nil {
		return
	}
	at, ok := file.source.locate(*f.Subject)
	if !ok {
		return
	}
	f.source, f.at = file.source, at
	f.context = file.outline.enclosing(at.start)
}

// surroundings returns the numbers of the first and last line that the
// subject and, where there is one, its context cover. It needs the source.
func (f *finding) surroundings() (first, last int) {
	first, last = f.source.lineOf(f.at.start), f.source.lineOf(f.at.end)
	if f.Context == nil || f.Context.Filename != f.Subject.Filename {
		return first, last
	}
	if around, ok := f.source.locate(*f.Context); ok {
		first = min(first, f.source.lineOf(around.start))
		last = max(last, f.source.lineOf(around.end))
	}
	return first, last
}

// severity returns the word that JSON and people read.
func severity(s hcl.DiagnosticSeverity) string {
	switch s {
	case hcl.DiagError:
		return "error"
	case hcl.DiagWarning:
		return "warning"
	default:
		return "unknown"
	}
}
