package redact

import "sync/atomic"

// Run redacts the outputs of sensitive actions of one run wherever they appear
// later: in inputs of other actions, messages and log lines. The zero value
// redacts nothing. It is safe for concurrent use.
type Run struct{ known atomic.Pointer[runTexts] }

// runTexts are the texts that a run redacts. It is immutable.
type runTexts struct {
	texts    []string
	redactor *Redactor
	all      bool // there are too many texts to search for: everything is redacted
}

// maxTexts is the number of texts up to which values of a run are searched.
const maxTexts = 256

// Add redacts the texts of a JSON-like value from now on.
func (r *Run) Add(value any) {
	found := textsIn(nil, value)
	for {
		old := r.known.Load()
		next := &runTexts{texts: found}
		if old != nil {
			next = &runTexts{texts: append(old.texts[:len(old.texts):len(old.texts)], found...), all: old.all}
		}
		if len(next.texts) > maxTexts {
			next.texts, next.all = nil, true
		}
		next.redactor = New(next.texts)
		if r.known.CompareAndSwap(old, next) {
			return
		}
	}
}

// Text redacts a text.
func (r *Run) Text(text string) string {
	known := r.known.Load()
	switch {
	case known == nil:
		return text
	case known.all:
		return Placeholder
	}
	return known.redactor.Text(text)
}

// Value redacts all texts of a JSON-like value.
func (r *Run) Value(value any) any {
	known := r.known.Load()
	switch {
	case known == nil:
		return value
	case known.all:
		return Placeholder
	}
	return known.redactor.Value(value)
}

// Found reports whether Text would change a text.
func (r *Run) Found(text []byte) bool {
	known := r.known.Load()
	return known != nil && (known.all || known.redactor.Found(text))
}

// textsIn appends the texts of a JSON-like value that are long enough to be
// redacted.
func textsIn(found []string, v any) []string {
	if len(found) > maxTexts {
		return found
	}
	switch v := v.(type) {
	case string:
		if len(v) >= minLength {
			found = append(found, v)
		}
	case []any:
		for _, e := range v {
			found = textsIn(found, e)
		}
	case map[string]any:
		for _, e := range v {
			found = textsIn(found, e)
		}
	case interface{ Map() map[string]any }:
		found = textsIn(found, v.Map())
	}
	return found
}
