package dashboard

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// runsPage is the list of runs.
type runsPage struct {
	Filter  runFilter
	Flows   []choice // that the filter offers, with their labels
	Labels  []choice // of several flows
	States  []stateChoice
	Ranges  []choice
	Runs    []ops.RunSummary
	Next    string // URL of the next page
	First   string // URL of the first page, from a later one
	Clear   string // URL without the filter
	Cancel  string // URL that asks whether the open runs are to be cancelled; "" if there is none
	Problem string // why the filter is not possible

	SearchedTo time.Time // how far a search has come that goes on with the next page
}

// stateChoice is a link that adds a state to the filter or removes it.
type stateChoice struct {
	Name   string
	URL    string
	Active bool
}

// choice is an option of a selection.
type choice struct {
	Value, Title string
	Selected     bool
}

func (d *Dashboard) listRuns(r *http.Request) (*page, error) {
	f := readRunFilter(r.URL.Query())
	body := &runsPage{Filter: f, States: f.stateChoices(), Ranges: f.timeChoices(), Clear: "/runs"}
	out := &page{Name: "runs", Title: "Activity", Section: "/runs", Body: body, Done: doneMessage(r)}
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	body.Flows, body.Labels = flowChoices(flows.Flows, f.Flow), labelChoices(flows.Flows, f.Label)
	q, err := d.queryOf(&f)
	if err != nil {
		return refuseFilter(out, body, err)
	}
	list, err := d.Ops.Runs(r.Context(), q)
	if err != nil {
		return refuseFilter(out, body, err)
	}
	body.Runs = list.Runs
	if onlyOpen(q.States) && len(list.Runs) > 0 {
		body.Cancel = bulkURL("cancel", f)
	}
	values := f.values()
	if f.After != "" {
		body.First = link("/runs", values)
	} else if !f.isSearch() {
		out.Live = f.pollURL(list.Runs)
	}
	if list.Next != "" {
		values.Set("after", list.Next)
		body.Next, body.SearchedTo = link("/runs", values), list.SearchedTo()
	}
	return out, nil
}

// refuseFilter shows the list without runs and with the fault of the filter.
func refuseFilter(p *page, body *runsPage, err error) (*page, error) {
	var known *ops.Error
	if !errors.As(err, &known) || known.Kind != ops.Invalid {
		return nil, err
	}
	body.Problem = toSentence(known.Message)
	return p, nil
}

// onlyOpen reports whether a filter selects only runs that are not over.
func onlyOpen(states []store.State) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(s store.State) bool { return !s.Open() })
}

// flowChoices returns the flows in the files by their names, and those of the filter
// that are there no more.
func flowChoices(flows []ops.Flow, chosen []string) []choice {
	titles := map[string]string{}
	for _, name := range chosen {
		titles[name] = name
	}
	for i := range flows {
		f := &flows[i]
		if titles[f.Name] = f.Name; f.Label != f.Name {
			titles[f.Name] += " · " + shorten(f.Label)
		}
	}
	return choicesOf(titles, chosen)
}

// labelChoices returns the labels that flows share, and those of the filter.
func labelChoices(flows []ops.Flow, chosen []string) []choice {
	titles, count := map[string]string{}, map[string]int{}
	for _, label := range chosen {
		titles[label] = label
	}
	for i := range flows {
		if label := flows[i].Label; label != flows[i].Name {
			if count[label]++; count[label] > 1 {
				titles[label] = shorten(label)
			}
		}
	}
	return choicesOf(titles, chosen)
}

// choicesOf returns choices in the order of their values.
func choicesOf(titles map[string]string, chosen []string) []choice {
	var out []choice
	for _, value := range slices.Sorted(maps.Keys(titles)) {
		out = append(out, choice{value, titles[value], slices.Contains(chosen, value)})
	}
	return out
}

// stateChoices returns a link for each state, which adds it to the filter or
// removes it, and begins at the first page.
func (f runFilter) stateChoices() []stateChoice {
	out := make([]stateChoice, 0, len(store.States()))
	for _, s := range store.States() {
		changed, name := f, s.String()
		active := slices.Contains(f.State, name)
		if active {
			changed.State = without(f.State, name)
		} else {
			changed.State = append(slices.Clone(f.State), name)
		}
		out = append(out, stateChoice{Name: name, URL: link("/runs", changed.values()), Active: active})
	}
	return out
}

func (f runFilter) timeChoices() []choice {
	list := []choice{
		{Value: "", Title: "any time"},
		{Value: "15m", Title: "last 15 minutes"},
		{Value: "1h", Title: "last hour"},
		{Value: "24h", Title: "last 24 hours"},
		{Value: "7d", Title: "last 7 days"},
		{Value: "30d", Title: "last 30 days"},
	}
	found := false
	for i := range list {
		list[i].Selected = list[i].Value == f.From
		found = found || list[i].Selected
	}
	if !found {
		list = append(list, choice{Value: f.From, Title: "from " + f.From, Selected: true})
	}
	return list
}
