package coverage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/outline"
)

const (
	branchKind  = "branch"
	defaultCase = "default"
)

// Report returns the coverage of flows that serve. files are the files from which
// they were compiled, by their names in ranges.
func (c *Collector) Report(flows []*flow.Flow, files map[string][]byte) (*Report, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &Report{Files: files}
	for _, f := range flows {
		if !f.Enabled {
			continue
		}
		text, err := outline.Of(f, files, outline.Options{})
		if err != nil {
			return nil, err
		}
		l := &lister{flow: f, hits: c.hits}
		l.addRequests(text)
		l.addActions(text.Actions)
		if len(f.OnError) > 0 {
			l.add(OnError, "on_error", text.Block.Blocks("on_error")[0].Range(), ofFlow(OnError, f, ""))
		}
		l.addActions(text.OnError)
		slices.SortStableFunc(l.items, func(a, b Item) int { return cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte) })
		r.Flows = append(r.Flows, Flow{Name: f.Name, Range: f.Range, Items: l.items})
	}
	slices.SortStableFunc(r.Flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.Range.Filename, b.Range.Filename), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte))
	})
	return r, nil
}

// lister lists the items of one flow.
type lister struct {
	flow  *flow.Flow
	hits  map[place]int
	items []Item
}

func (l *lister) add(kind Kind, name string, at hcl.Range, p place) {
	l.items = append(l.items, Item{Kind: kind, Name: name, Range: at, Hits: l.hits[p]})
}

// addRequests adds the refusals of requests.
func (l *lister) addRequests(text *outline.Flow) {
	if h := l.flow.Parts.HTTP; h != nil && len(h.Auth) > 0 {
		at := text.Trigger.Range()
		if blocks := text.Trigger.Blocks("auth"); len(blocks) > 0 {
			at = blocks[0].Range()
		}
		l.add(Auth, "refused", at, ofFlow(Auth, l.flow, ""))
	}
	heads := map[string]hcl.Range{}
	for _, b := range text.Trigger.Blocks("variable") {
		heads[b.Label()] = b.Range()
	}
	for _, in := range l.flow.Parts.Inputs.List() {
		for _, rule := range in.Breakable {
			name := ruleName(in, rule)
			l.add(Rule, name, heads[in.Name], ofFlow(Rule, l.flow, name))
		}
	}
}

func (l *lister) addActions(actions []outline.Action) {
	for _, a := range actions {
		l.add(Action, a.Name, a.Range, placeOf(Action, a.Range, ""))
		if a.OnError == flow.Continue {
			l.add(OnError, a.Name+" fails", a.Range, placeOf(OnError, a.Range, ""))
		}
		if a.Kind == branchKind {
			l.addCases(a)
		}
		for _, lane := range a.Lanes {
			l.addActions(lane.Actions)
		}
	}
}

// addCases adds the ways of a branch. Without a default, to take none of the cases
// is a way as well.
func (l *lister) addCases(a outline.Action) {
	hasDefault := false
	for _, lane := range a.Lanes {
		name := lane.Name
		if lane.Kind == defaultCase {
			name, hasDefault = defaultCase, true
		}
		l.add(Case, fmt.Sprintf("%s/%s", a.Name, name), lane.Block.Range(), placeOf(Case, a.Range, name))
		item := &l.items[len(l.items)-1]
		for _, inner := range lane.Actions { // a branch that failed does not say which way it took
			item.Hits = max(item.Hits, l.hits[placeOf(Action, inner.Range, "")])
		}
	}
	if !hasDefault {
		l.add(Case, a.Name+"/none", a.Range, placeOf(Case, a.Range, ""))
	}
}
