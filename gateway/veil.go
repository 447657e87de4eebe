package gateway

import "github.com/webhook-gateway/gateway/flow"

// veil hides what sensitive actions of one run returned, wherever it goes from
// there: into inputs of other actions, messages and log lines. It never
// changes.
type veil struct {
	texts []string
	words *redactor
	all   bool // there is too much to look for: nothing is shown
}

// mostVeiled is for how many texts a run's values are searched.
const mostVeiled = 256

// conceal hides the outputs of a sensitive action from now on.
func (j *job) conceal(s *flow.Step, output any) {
	if !s.Sensitive || output == nil {
		return
	}
	j.cover(textsIn(nil, output))
}

// cover hides texts from now on.
func (j *job) cover(found []string) {
	for {
		old := j.veil.Load()
		next := &veil{texts: found}
		if old != nil {
			next = &veil{texts: append(old.texts[:len(old.texts):len(old.texts)], found...), all: old.all}
		}
		if len(next.texts) > mostVeiled {
			next.texts, next.all = nil, true
		}
		next.words = newRedactor(next.texts)
		if j.veil.CompareAndSwap(old, next) {
			return
		}
	}
}

// textsIn adds the texts of a JSON-like value, as far as they are looked for.
func textsIn(found []string, v any) []string {
	if len(found) > mostVeiled {
		return found
	}
	switch v := v.(type) {
	case string:
		if len(v) >= shortest {
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

func (v *veil) clean(text string) string {
	if v.all {
		return hidden
	}
	return v.words.clean(text)
}

func (v *veil) cleanValue(value any) any {
	if v.all {
		return hidden
	}
	return v.words.cleanValue(value)
}

// clean takes secrets out of a text, and what sensitive actions returned.
func (j *job) clean(text string) string {
	if v := j.veil.Load(); v != nil {
		text = v.clean(text)
	}
	if j.snap == nil {
		return j.g.log.clean(text)
	}
	return j.snap.hide.clean(text)
}

// cleanValue is clean for all texts of a JSON-like value.
func (j *job) cleanValue(value any) any {
	if v := j.veil.Load(); v != nil {
		value = v.cleanValue(value)
	}
	return j.snap.hide.cleanValue(value)
}

// hides tells whether a text holds what clean would take out.
func (j *job) hides(text []byte) bool {
	if v := j.veil.Load(); v != nil && (v.all || v.words.finds(text)) {
		return true
	}
	return j.snap.hide.finds(text)
}
