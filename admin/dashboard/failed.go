package dashboard

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// failedPage is the runs that failed for good, by flow, action and cause.
type failedPage struct {
	Filter  runFilter
	Flows   []string
	Ranges  []choice
	Groups  []failedGroup
	Grouped int  // runs in the groups
	More    bool // there are older runs that are in no group
	Runs    []ops.RunSummary
	Next    string
	First   string
	Problem string
	Retry   string // URL that asks for confirmation
}

// failedGroup is failed runs with the same flow, action and cause.
type failedGroup struct {
	Flow        string
	Cause       ops.RunCause
	Count       int
	First, Last time.Time
	URL         string // the runs of the group
	Newest      string // URL of the newest run
}

// maxGrouped is how many failed runs are grouped, the newest ones.
const maxGrouped = 2000

func (d *Dashboard) listFailed(r *http.Request) (*page, error) {
	f := readRunFilter(r.URL.Query())
	f.State = []string{store.Failed.String()}
	body := &failedPage{Filter: f, Ranges: f.timeChoices(), Retry: bulkURL("retry", f)}
	out := &page{Name: "failed", Title: "Failed", Section: "/failed", Body: body, Done: doneMessage(r)}
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	body.Flows = flowChoices(flows.Flows, f.Flow)
	err = d.fillFailed(r.Context(), body)
	switch {
	case isKind(err, ops.Invalid):
		body.Problem = toSentence(err.Error())
		return out, nil
	case err != nil:
		return nil, err
	}
	if f.After == "" && f.Text == "" && f.Key == "" {
		out.Live = f.pollURL(body.Runs)
	}
	return out, nil
}

// fillFailed reads a page of runs, and on the first page the groups.
func (d *Dashboard) fillFailed(ctx context.Context, body *failedPage) error {
	f := &body.Filter
	q, err := f.query(d.Clock.Now())
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
	body.Groups, body.Grouped, body.More, err = d.groupFailed(ctx, q)
	return err
}

// groupFailed groups the newest failed runs, the largest group first.
func (d *Dashboard) groupFailed(ctx context.Context, q store.ListQuery) (groups []failedGroup, grouped int, more bool, err error) {
	type key struct{ flow, action, reason, message string }
	known := map[key]int{}
	err = d.eachRun(ctx, q, maxGrouped, func(run *ops.RunSummary) {
		cause := ops.RunCause{}
		if run.Cause != nil {
			cause = *run.Cause
		}
		k := key{run.Flow, cause.Action, cause.Reason, cause.Message}
		at, ok := known[k]
		if !ok {
			at = len(groups)
			known[k] = at
			groups = append(groups, failedGroup{Flow: run.Flow, Cause: cause, Last: run.Received, Newest: runURL(run.ID), URL: groupURL(run.Flow, cause.Message)})
		}
		groups[at].Count++
		groups[at].First = run.Received
		grouped++
	}, &more)
	slices.SortStableFunc(groups, func(a, b failedGroup) int { return cmp.Compare(b.Count, a.Count) })
	return groups, grouped, more, err
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

// groupURL returns the list of the failed runs of a flow whose cause has a
// message. A search takes the beginning of a long one.
func groupURL(flow, message string) string {
	const searched = 120
	q := url.Values{"flow": {flow}}
	if part, _ := cutText(message, searched); part != "" {
		q.Set("text", part)
	}
	return link("/failed", q)
}

func cloneValues(q url.Values) url.Values {
	out := url.Values{}
	for name, values := range q {
		out[name] = slices.Clone(values)
	}
	return out
}
