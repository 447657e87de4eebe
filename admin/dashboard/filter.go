package dashboard

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// runFilter is the filter of a list of runs as its URL states it.
type runFilter struct {
	Flow   []string
	Label  []string // of flows
	State  []string
	Text   string
	Key    string // an order key
	Reason []string
	// Failure is the key of a group of failed runs.
	Failure string
	Parent  string // the run that started the runs
	From    string // a time, or how long ago
	To      string
	After   string
	Limit   int
}

func readRunFilter(q url.Values) runFilter {
	f := runFilter{
		Flow: without(q["flow"], ""), Label: without(q["label"], ""), State: without(q["state"], ""), Reason: without(q["reason"], ""), Failure: q.Get("failure"), Parent: strings.TrimSpace(q.Get("parent")), Text: strings.TrimSpace(q.Get("text")),
		Key: strings.TrimSpace(q.Get("key")), From: strings.TrimSpace(q.Get("from")), To: strings.TrimSpace(q.Get("to")), After: q.Get("after"),
	}
	f.Limit, _ = strconv.Atoi(q.Get("limit")) // 0 is the default; the service refuses other numbers
	return f
}

func without(list []string, unwanted string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == unwanted })
}

// queryOf returns the query of the store for a filter.
func (d *Dashboard) queryOf(f *runFilter) (store.ListQuery, error) {
	q, err := f.query(d.Clock.Now())
	if err != nil {
		return q, err
	}
	q.Flows, err = d.Ops.FlowsWithLabels(f.Flow, f.Label)
	return q, err
}

// query returns the query for the filter without its labels.
func (f *runFilter) query(now time.Time) (store.ListQuery, error) {
	q := store.ListQuery{Filter: store.Filter{Flows: f.Flow, Text: f.Text, Reasons: f.Reason, Failure: f.Failure, Parent: f.Parent, OrderKey: f.Key}, After: f.After, Limit: f.Limit}
	for _, name := range f.State {
		state, err := store.ParseState(name)
		if err != nil {
			return q, &ops.Error{Kind: ops.Invalid, Message: err.Error()}
		}
		q.States = append(q.States, state)
	}
	var err error
	if q.From, err = ops.ParseTime("from", f.From, now); err == nil {
		q.To, err = ops.ParseTime("to", f.To, now)
	}
	if err != nil {
		return q, &ops.Error{Kind: ops.Invalid, Message: err.Error()}
	}
	return q, nil
}

// IsEmpty reports whether the filter selects every run.
func (f runFilter) IsEmpty() bool {
	return len(f.Flow) == 0 && len(f.Label) == 0 && len(f.State) == 0 && f.Text == "" && f.Key == "" && len(f.Reason) == 0 && f.Failure == "" && f.Parent == "" && f.From == "" && f.To == ""
}

// isSearch reports whether the store reads runs to find those that match, which is
// too slow to repeat.
func (f runFilter) isSearch() bool { return f.Text != "" || len(f.Reason) > 0 }

// values returns the filter as the query of a URL, without the place in the list.
func (f runFilter) values() url.Values {
	q := url.Values{}
	for _, name := range f.Flow {
		q.Add("flow", name)
	}
	for _, label := range f.Label {
		q.Add("label", label)
	}
	for _, name := range f.State {
		q.Add("state", name)
	}
	for _, word := range f.Reason {
		q.Add("reason", word)
	}
	for name, text := range map[string]string{"failure": f.Failure, "parent": f.Parent, "text": f.Text, "key": f.Key, "from": f.From, "to": f.To} {
		if text != "" {
			q.Set(name, text)
		}
	}
	if f.Limit != 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return q
}

// link returns a URL with a query; without the "?" if the query is empty.
func link(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
