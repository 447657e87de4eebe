package redact

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
)

// Run redacts the outputs of sensitive actions of one run wherever they appear
// later: in inputs of other actions, messages and log lines. The zero value
// redacts nothing. It is safe for concurrent use.
type Run struct{ known atomic.Pointer[runTexts] }

// runTexts are the texts that a run redacts. It is immutable.
type runTexts struct {
	texts    []string
	revealed []string // texts that may be shown, with all that they hold
	redactor *Redactor
	all      bool // there are too many texts to search for: everything is redacted
}

// maxTexts is the number of texts up to which values of a run are searched.
const maxTexts = 256

// Add redacts the texts of a JSON-like value from now on.
func (r *Run) Add(value any) { r.addTexts(textsIn(nil, value)) }

// AddWritten redacts the texts of a JSON-like value, and its numbers as they are
// written.
func (r *Run) AddWritten(value any) {
	found := textsIn(nil, value)
	if members, ok := value.(map[string]any); ok {
		for _, v := range members {
			found = append(found, numberText(v)...)
		}
	}
	r.addTexts(append(found, numberText(value)...))
}

// numberText returns the text of a number that is long enough to be redacted.
func numberText(v any) []string {
	switch v.(type) {
	case json.Number, int, int64, float64, *big.Int:
		if text := fmt.Sprint(v); len(text) >= minLength {
			return []string{text}
		}
	}
	return nil
}

func (r *Run) addTexts(found []string) {
	r.change(func(next *runTexts) {
		next.texts = append(next.texts[:len(next.texts):len(next.texts)], found...)
		if len(next.texts) > maxTexts {
			next.texts, next.all = nil, true
		}
	})
}

// Reveal shows the texts of a JSON-like value from now on, and the redacted texts
// that are a part of them.
func (r *Run) Reveal(value any) {
	found := textsIn(nil, value)
	if len(found) == 0 {
		return
	}
	r.change(func(next *runTexts) {
		for _, text := range found {
			if len(next.revealed) < maxTexts && !slices.Contains(next.revealed, text) {
				next.revealed = append(next.revealed[:len(next.revealed):len(next.revealed)], text)
			}
		}
	})
}

// change replaces the texts by changed ones.
func (r *Run) change(apply func(*runTexts)) {
	for {
		old := r.known.Load()
		next := &runTexts{}
		if old != nil {
			*next = *old
		}
		apply(next)
		next.redactor = New(slices.DeleteFunc(slices.Clone(next.texts), next.isRevealed))
		if r.known.CompareAndSwap(old, next) {
			return
		}
	}
}

// isRevealed reports whether a revealed text holds the text.
func (t *runTexts) isRevealed(text string) bool {
	return slices.ContainsFunc(t.revealed, func(shown string) bool { return strings.Contains(shown, text) })
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
