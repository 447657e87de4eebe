// Package coverage measures which parts of flows tests reach: actions, the ways of
// a branch, what happens on errors, rules of variables, and the refusal of callers.
//
// A Collector watches the tests; items.go lists the parts of a flow that can be
// reached, and the files text.go, lcov.go and html.go write the result.
package coverage

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
)

// Kind is the kind of a part of a flow.
type Kind string

// The kinds of parts.
const (
	Action  Kind = "action"   // the action ran
	Case    Kind = "case"     // the branch took this way
	OnError Kind = "on_error" // the action failed and the run went on, or the flow's list ran
	Rule    Kind = "rule"     // a request was refused because of the rule
	Auth    Kind = "auth"     // a caller was refused
)

// Item is one part of a flow that tests can reach.
type Item struct {
	Kind  Kind
	Name  string    // such as "charge", "kind/large" for a case, "email/format" for a rule
	Range hcl.Range // of the head of its block
	Hits  int       // how many times tests reached it
}

// Flow is the coverage of one flow.
type Flow struct {
	Name  string
	Range hcl.Range
	Items []Item // in the order of the file
}

// Report is the coverage of flows.
type Report struct {
	Flows []Flow            // in the order of files and lines
	Files map[string][]byte // the flow files, by their names in ranges
}

// Percent returns the share of items that tests reached, rounded down, and 100 if
// there are none.
func (f *Flow) Percent() int { return percent(f.count()) }

// Missed lists the items that no test reached.
func (f *Flow) Missed() []Item {
	return slices.DeleteFunc(slices.Clone(f.Items), func(i Item) bool { return i.Hits > 0 })
}

func (f *Flow) count() (reached, total int) {
	return len(f.Items) - len(f.Missed()), len(f.Items)
}

// Percent returns the share of all items that tests reached, rounded down.
func (r *Report) Percent() int { return percent(r.count()) }

func (r *Report) count() (reached, total int) {
	for i := range r.Flows {
		hit, all := r.Flows[i].count()
		reached, total = reached+hit, total+all
	}
	return reached, total
}

func percent(reached, total int) int {
	if total == 0 {
		return 100
	}
	return 100 * reached / total
}

// fileNames lists the files that have flows, in order.
func (r *Report) fileNames() []string {
	var names []string
	for i := range r.Flows {
		names = append(names, r.Flows[i].Range.Filename)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inFile lists the items of a file by line.
func (r *Report) inFile(name string) []Item {
	var items []Item
	for i := range r.Flows {
		if r.Flows[i].Range.Filename == name {
			items = append(items, r.Flows[i].Items...)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(a.Range.Start.Line, b.Range.Start.Line) })
	return items
}

// place identifies an item. Flows that were loaded with other secrets have steps of
// their own, which stand at the same place of the file.
type place struct {
	kind Kind
	file string
	byte int
	name string // of a case or rule
}

func placeOf(kind Kind, at hcl.Range, name string) place {
	return place{kind: kind, file: at.Filename, byte: at.Start.Byte, name: name}
}

// ofFlow is the place of what a flow has once, or by name.
func ofFlow(kind Kind, f *flow.Flow, name string) place { return placeOf(kind, f.Range, name) }
