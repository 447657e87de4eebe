package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// bulkPage asks whether many runs are to be changed, or says how many were.
type bulkPage struct {
	Do      string // name of the change
	Title   string
	Button  string
	Filter  runFilter
	Fields  []header // hidden fields of the form
	Count   int
	More    bool // there are more than Count
	Sample  []ops.RunSummary
	Changed int    // runs that were changed so far
	After   string // where the change continues; "" if it is complete
	Started bool   // the change was confirmed
	Back    string
}

// bulkChange is a change of all runs that match a filter.
type bulkChange struct {
	title, question, button string
	change                  func(context.Context, ops.Selection, *http.Request) (ops.RunsChanged, error)
}

// bulkChanges are the changes by name.
func (d *Dashboard) bulkChanges() map[string]bulkChange {
	return map[string]bulkChange{
		"retry": {"Run again", "Run these runs again?", "Run again", func(ctx context.Context, s ops.Selection, r *http.Request) (ops.RunsChanged, error) {
			return d.Ops.RetryRuns(ctx, s, r.PostFormValue("fresh") == "true")
		}},
		"cancel": {"Cancel", "Cancel these runs?", "Cancel the runs", func(ctx context.Context, s ops.Selection, _ *http.Request) (ops.RunsChanged, error) {
			return d.Ops.CancelRuns(ctx, s)
		}},
		"dismiss": {"Dismiss", "Dismiss these runs?", "Dismiss the runs", func(ctx context.Context, s ops.Selection, _ *http.Request) (ops.RunsChanged, error) {
			return d.Ops.DismissRuns(ctx, s)
		}},
	}
}

// maxCounted is how many runs a confirmation counts.
const maxCounted = 10_000

// bulkURL returns the page that asks for confirmation.
func bulkURL(do string, f runFilter) string {
	q := f.values()
	q.Del("limit")
	q.Set("do", do)
	return link("/bulk", q)
}

// confirmBulk counts the runs that a change would change, and asks. The change is
// limited to runs that were received before, so that it changes what was counted.
func (d *Dashboard) confirmBulk(r *http.Request) (*page, error) {
	f := readRunFilter(r.URL.Query())
	f.After, f.Limit = "", 0
	change, body, err := d.newBulk(r.URL.Query().Get("do"), f)
	if err != nil {
		return nil, err
	}
	q, err := d.pin(&f)
	if err != nil {
		return nil, err
	}
	const samples = 5
	err = d.eachRun(r.Context(), q, maxCounted, func(run *ops.RunSummary) {
		body.Count++
		if len(body.Sample) < samples {
			body.Sample = append(body.Sample, *run)
		}
	}, &body.More)
	if err != nil {
		return nil, err
	}
	body.Title, body.Filter, body.Fields = change.question, f, bulkFields(f)
	return &page{Name: "bulk", Title: change.title, Section: "/failed", Body: body}, nil
}

// pin replaces the times and labels of the filter, which depend on when it is read, so
// that it selects later only runs that it selects now.
func (d *Dashboard) pin(f *runFilter) (store.ListQuery, error) {
	q, err := d.queryOf(f)
	if err != nil {
		return q, err
	}
	if q.To.IsZero() {
		q.To = d.Clock.Now()
	}
	f.Flow, f.Label = q.Flows, nil
	f.To = q.To.UTC().Format(time.RFC3339Nano)
	if f.From != "" {
		f.From = q.From.UTC().Format(time.RFC3339Nano)
	}
	return q, nil
}

func (d *Dashboard) newBulk(do string, f runFilter) (bulkChange, *bulkPage, error) {
	change, ok := d.bulkChanges()[do]
	if !ok {
		return change, nil, &ops.Error{Kind: ops.NotFound, Message: "there is no such change of runs"}
	}
	if len(f.State) == 0 {
		return change, nil, &ops.Error{Kind: ops.Invalid, Message: "name the states of the runs to change"}
	}
	back := "/runs"
	if do != "cancel" {
		back = "/failed"
	}
	return change, &bulkPage{Do: do, Title: change.title, Button: change.button, Filter: f, Back: back}, nil
}

// bulkFields returns the filter as hidden fields.
func bulkFields(f runFilter) []header {
	var out []header
	for name, values := range f.values() {
		for _, v := range values {
			out = append(out, header{name, v})
		}
	}
	return out
}

// changeBulk changes runs for as long as one call takes, and shows how many were
// changed. If some remain, the page continues with another form.
func (d *Dashboard) changeBulk(r *http.Request) (string, error) {
	f := readRunFilter(r.PostForm)
	change, _, err := d.newBulk(r.PostFormValue("do"), f)
	if err != nil {
		return "", err
	}
	q, err := d.queryOf(&f)
	if err != nil {
		return "", err
	}
	got, err := change.change(r.Context(), ops.Selection{Filter: q.Filter, After: f.After}, r)
	if err != nil {
		return "", err
	}
	before, _ := strconv.Atoi(r.PostFormValue("changed"))
	v := f.values()
	v.Set("do", r.PostFormValue("do"))
	v.Set("changed", strconv.Itoa(max(before, 0)+got.Changed))
	if got.Next != "" {
		v.Set("after", got.Next)
	}
	if r.PostFormValue("fresh") == "true" {
		v.Set("fresh", "true")
	}
	return link("/bulk/progress", v), nil
}

// showProgress says how many runs were changed, and continues if some remain.
func (d *Dashboard) showProgress(r *http.Request) (*page, error) {
	query := r.URL.Query()
	f := readRunFilter(query)
	change, body, err := d.newBulk(query.Get("do"), f)
	if err != nil {
		return nil, err
	}
	body.Started, body.After = true, f.After
	body.Changed, _ = strconv.Atoi(query.Get("changed"))
	body.Title, body.Fields = change.title, append(bulkFields(f), header{"changed", strconv.Itoa(body.Changed)})
	if f.After != "" {
		body.Fields = append(body.Fields, header{"after", f.After})
	}
	if query.Get("fresh") == "true" {
		body.Fields = append(body.Fields, header{"fresh", "true"})
	}
	if body.Do != "dismiss" {
		body.Back = link("/runs", url.Values{"state": {store.Queued.String(), store.Running.String(), store.Waiting.String()}})
	}
	return &page{Name: "bulk", Title: change.title, Section: "/failed", Body: body}, nil
}
