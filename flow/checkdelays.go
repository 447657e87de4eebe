package flow

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// CheckDelays reports delays of fixed length that outlast a timeout around them:
// such a run would fail each time. callee returns the flow that an action calls,
// nil if there is none.
func (f *Flow) CheckDelays(callee func(*Callee) *Flow) hcl.Diagnostics {
	c := &delayCheck{callee: callee, calling: []*Flow{f}}
	sync := f.Parts.HTTP != nil && !f.Parts.HTTP.Async
	var bounds []delayBound
	if sync && f.Parts.HTTP.Timeout > 0 {
		bounds = []delayBound{{end: f.Parts.HTTP.Timeout, caller: true, name: fmt.Sprintf(
			"the caller waits %s: the timeout of the trigger", duration.Format(f.Parts.HTTP.Timeout))}}
	}
	c.walkList(f.Actions, 0, bounds)
	bounds = nil
	if sync && !slices.ContainsFunc(f.Actions, (*Step).mayDetach) {
		bounds = []delayBound{{end: CallerFallbackTime, caller: true, name: fmt.Sprintf(
			"on_error of a sync flow may take %s", duration.Format(CallerFallbackTime))}}
	}
	c.walkList(f.OnError, 0, bounds)
	return c.diags
}

// delayCheck follows the waits of a flow. Times count from the start of its list.
type delayCheck struct {
	callee  func(*Callee) *Flow
	calling []*Flow    // the flow and those that it calls, the innermost last
	place   *hcl.Range // of the outermost call; nil outside of called flows
	diags   hcl.Diagnostics
}

// delayBound is a time by which a list has to end.
type delayBound struct {
	start  time.Duration
	end    time.Duration
	name   string // a sentence without its full stop
	caller bool   // ends once the caller has its answer
}

// walkList follows a list that starts at a time, and returns when it ends at the
// earliest.
func (c *delayCheck) walkList(l List, at time.Duration, bounds []delayBound) time.Duration {
	for _, s := range l {
		holds, fixed := s.When.Constant()
		if fixed && !holds {
			continue
		}
		if end := c.walkStep(s, at, bounds); fixed || !s.When.IsSet() {
			at = end
		}
		if s.mayDetach() {
			bounds = slices.DeleteFunc(slices.Clone(bounds), func(b delayBound) bool { return b.caller })
		}
		if s.ending() != FallsThrough {
			break
		}
	}
	return at
}

// walkStep follows a step that starts at a time, and returns when it ends at the
// earliest.
func (c *delayCheck) walkStep(s *Step, at time.Duration, bounds []delayBound) time.Duration {
	if s.Timeout > 0 {
		bounds = append(slices.Clone(bounds), delayBound{start: at, end: at + s.Timeout, name: fmt.Sprintf(
			"the timeout of action %q is %s", s.Name, duration.Format(s.Timeout))})
	}
	switch t := s.Traits; {
	case t.Delay != nil:
		return c.checkDelay(t.Delay, at, bounds)
	case t.Callee != nil && t.Callee.Waits:
		return c.walkCall(t.Callee, at, bounds)
	default:
		end := at
		for _, l := range t.Lists {
			inner := c.walkList(l, at, bounds)
			if t.Gathers && !t.Iterates { // all of the lists run
				end = max(end, inner)
			}
		}
		return end
	}
}

// walkCall follows the actions of a called flow. Their delays are reported at the
// call.
func (c *delayCheck) walkCall(callee *Callee, at time.Duration, bounds []delayBound) time.Duration {
	f := c.callee(callee)
	if f == nil || slices.Contains(c.calling, f) || len(bounds) == 0 {
		return at
	}
	c.calling = append(c.calling, f)
	if len(c.calling) == 2 {
		c.place = &callee.Range
	}
	at = c.walkList(f.Actions, at, bounds)
	c.calling = c.calling[:len(c.calling)-1]
	if len(c.calling) == 1 {
		c.place = nil
	}
	return at
}

// checkDelay reports a delay that outlasts a bound, and returns when it ends. One
// that is reported counts nothing, so that each mistake is reported once.
func (c *delayCheck) checkDelay(d *Delay, at time.Duration, bounds []delayBound) time.Duration {
	i := slices.IndexFunc(bounds, func(b delayBound) bool { return at+d.For >= b.end })
	if i < 0 {
		return at + d.For
	}
	place, what := d.Range, "This delay takes"
	if c.place != nil {
		place, what = *c.place, fmt.Sprintf("A delay of flow %q takes", c.calling[len(c.calling)-1].Name)
	}
	total := at + d.For - bounds[i].start
	if total > d.For {
		what += ", together with the delays before it,"
	}
	cure := "Make the delay shorter or the timeout longer."
	if bounds[i].caller {
		cure = `Make the delay shorter, or wait where no caller does: write mode = "async", or answer first with then = "continue".`
	}
	c.diags = append(c.diags, diag.Error(place, "Delay longer than its timeout", fmt.Sprintf("%s %s, and %s. %s", what, duration.Format(total), bounds[i].name, cure)))
	return at
}

// mayDetach reports whether the run may continue without its caller after the
// action.
func (s *Step) mayDetach() bool {
	detaches := false
	List{s}.Walk(func(inner *Step) {
		detaches = detaches || inner.Traits.Answers && inner.Traits.Ending == FallsThrough
	})
	return detaches
}
