package sensitivity

import (
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// Result is what an analysis found.
type Result struct{ hiding }

// hiding says what is hidden and why. Flows may be in service while they are analyzed
// with others, so an analysis does not write into them.
type hiding struct {
	steps   map[*flow.Step]flow.Hidden
	readers map[expr.Reader]string
	inputs  map[*flow.Flow]string
}

func newHiding() hiding {
	return hiding{map[*flow.Step]flow.Hidden{}, map[expr.Reader]string{}, map[*flow.Flow]string{}}
}

func (h hiding) change(s *flow.Step, change func(*flow.Hidden)) {
	hidden := h.steps[s]
	change(&hidden)
	h.steps[s] = hidden
}

// isSensitive reports whether an action is sensitive: by its own attribute, or because
// of what was found.
func (h hiding) isSensitive(s *flow.Step) bool {
	return s.Sensitive && !s.Hidden.Inherited || h.steps[s].Sensitive != ""
}

// whyHidden returns why a value is sensitive, "" if it is not.
func (h hiding) whyHidden(r expr.Reader) string {
	if why := h.readers[r]; why != "" || r.Secret() == "" {
		return why
	}
	return "reads " + r.Secret()
}

// Apply tells the steps and expressions of a flow what was found. The flow must not be
// in service.
func (r *Result) Apply(f *flow.Flow) {
	f.HiddenInput = r.inputs[f]
	for _, reader := range f.Parts.Reads {
		r.hide(reader)
	}
	f.Walk(func(s *flow.Step) {
		s.Sensitive = r.isSensitive(s)
		s.Hidden = r.steps[s]
		for _, reader := range s.Reads {
			r.hide(reader)
		}
	})
}

func (r *Result) hide(reader expr.Reader) {
	if why := r.readers[reader]; why != "" {
		reader.Hide(why)
	}
}

// IsApplied reports whether a flow to which an earlier result was applied has nothing
// to learn from this one.
func (r *Result) IsApplied(f *flow.Flow) bool {
	same := f.HiddenInput == r.inputs[f]
	for _, reader := range f.Parts.Reads {
		same = same && reader.Hidden() == r.whyHidden(reader)
	}
	f.Walk(func(s *flow.Step) {
		same = same && s.Hidden == r.steps[s]
		for _, reader := range s.Reads {
			same = same && reader.Hidden() == r.whyHidden(reader)
		}
	})
	return same
}
