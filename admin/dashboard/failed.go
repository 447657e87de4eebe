package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// failedPage is the runs that failed for good, by flow and cause.
type failedPage struct {
	Filter  runFilter
	Flows   []choice
	Labels  []choice
	Ranges  []choice
	Groups  []failedGroup
	More    bool         // there are more groups
	Group   *failedGroup // the cause that the filter selects
	Runs    []ops.RunSummary
	Next    string
	First   string
	Problem string
	Retry   string // URL that asks for confirmation
	Dismiss string // the same, to dismiss the runs
}

// failedGroup is failed runs of a flow with one cause.
type failedGroup struct {
	ops.FailureGroup
	URL   string // the runs of the group
	Retry string // URL that asks whether to run them again
}

func (d *Dashboard) listFailed(r *http.Request) (*page, error) {
	f := readRunFilter(r.URL.Query())
	f.State = []string{store.Failed.String()}
	body := &failedPage{Filter: f, Ranges: f.timeChoices(), Retry: bulkURL("retry", f), Dismiss: bulkURL("dismiss", f)}
	out := &page{Name: "failed", Title: "Failed", Section: "/failed", Body: body, Done: doneMessage(r)}
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	body.Flows, body.Labels = flowChoices(flows.Flows, f.Flow), labelChoices(flows.Flows, f.Label)
	err = d.fillFailed(r.Context(), body)
	switch {
	case isKind(err, ops.Invalid):
		body.Problem = toSentence(err.Error())
		return out, nil
	case err != nil:
		return nil, err
	}
	if f.After == "" && !f.isSearch() {
		out.Live = f.pollURL(body.Runs)
	}
	return out, nil
}

// fillFailed reads a page of runs, and on the first page the groups. Groups count
// all runs of a cause, so there are none beside a text or a time.
func (d *Dashboard) fillFailed(ctx context.Context, body *failedPage) error {
	f := &body.Filter
	q, err := d.queryOf(f)
	if err != nil {
		return err
	}
	list, err := d.Ops.Runs(ctx, q)
	if err != nil {
		return err
	}
	values := f.values()
	values.Del("state")
	body.Runs = list.Runs
	if list.Next != "" {
		older := cloneValues(values)
		older.Set("after", list.Next)
		body.Next = link("/failed", older)
	}
	if f.After != "" {
		body.First = link("/failed", values)
		return nil
	}
	if f.Text != "" || f.Key != "" || f.From != "" || f.To != "" || f.Parent != "" || len(f.Reason) > 0 {
		return nil
	}
	body.Groups, body.More, err = d.failedGroups(ctx, q.Flows, store.MaxFailureGroups)
	if i := slices.IndexFunc(body.Groups, func(g failedGroup) bool { return f.Failure != "" && g.Key == f.Failure }); i >= 0 {
		body.Group, body.Groups = &body.Groups[i], nil
	}
	return err
}

// failedGroups returns groups of failed runs, the group with the newest run first.
func (d *Dashboard) failedGroups(ctx context.Context, flows []string, limit int) (groups []failedGroup, more bool, err error) {
	list, err := d.Ops.FailureGroups(ctx, store.FailureQuery{Flows: flows, Limit: limit})
	for _, g := range list.Groups {
		f := runFilter{Flow: []string{g.Flow}, Failure: g.Key, State: []string{store.Failed.String()}}
		values := f.values()
		values.Del("state")
		groups = append(groups, failedGroup{g, link("/failed", values), bulkURL("retry", f)})
	}
	return groups, list.More, err
}

// eachRun calls do for the runs that match, the newest first, at most limit. more
// is set if there are others.
func (d *Dashboard) eachRun(ctx context.Context, q store.ListQuery, limit int, do func(*ops.RunSummary), more *bool) error {
	q.Limit, q.After = store.MaxPage, ""
	for n := 0; n < limit; n += store.MaxPage {
		list, err := d.Ops.Runs(ctx, q)
		if err != nil {
			return err
		}
		for i := range list.Runs {
			do(&list.Runs[i])
		}
		if q.After = list.Next; q.After == "" {
			return nil
		}
	}
	*more = true
	return nil
}

func cloneValues(q url.Values) url.Values {
	out := url.Values{}
	for name, values := range q {
		out[name] = slices.Clone(values)
	}
	return out
}
