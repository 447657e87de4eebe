package dashboard

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// Pages ask every few seconds for what is new, and say so; rows never move by
// themselves. Above maxPolls polls at once, pages ask again later.
const (
	maxPolls = 16
	maxNews  = 100 // runs that a poll counts
)

// news is the answer to a poll.
type news struct {
	New     int    `json:"new"`     // runs since the page was made
	More    bool   `json:"more"`    // there are more than New
	Version string `json:"version"` // of a run; it changes with the run
}

// pollURL returns the URL that counts the runs which are newer than those of a
// page.
func (f runFilter) pollURL(page []ops.RunSummary) string {
	q := f.values()
	q.Del("limit")
	if len(page) > 0 {
		q.Set("since", page[0].ID)
	}
	return link("/live/runs", q)
}

// pollRuns counts the runs of a list that came after a run.
func (d *Dashboard) pollRuns(w http.ResponseWriter, r *http.Request) {
	d.poll(w, func() (news, error) {
		f := readRunFilter(r.URL.Query())
		f.Limit = maxNews + 1
		q, err := d.queryOf(&f)
		if err != nil {
			return news{}, err
		}
		q.Text, q.Reasons = "", nil // a search is too slow to repeat
		list, err := d.Ops.Runs(r.Context(), q)
		since := r.URL.Query().Get("since")
		known := slices.IndexFunc(list.Runs, func(s ops.RunSummary) bool { return s.ID <= since })
		if known < 0 {
			known = len(list.Runs)
		}
		return news{New: min(known, maxNews), More: known > maxNews}, err
	})
}

// pollRun tells whether a run changed.
func (d *Dashboard) pollRun(w http.ResponseWriter, r *http.Request) {
	d.poll(w, func() (news, error) {
		version, err := d.runVersion(r.Context(), r.PathValue("id"))
		return news{Version: version}, err
	})
}

func (d *Dashboard) runVersion(ctx context.Context, id string) (string, error) {
	p, err := d.Ops.RunProgress(ctx, id)
	if err != nil {
		return "", err
	}
	return versionOf(p), nil
}

func (d *Dashboard) poll(w http.ResponseWriter, count func() (news, error)) {
	select {
	case d.polls <- struct{}{}:
		defer func() { <-d.polls }()
	default:
		w.Header().Set("Retry-After", "30")
		http.Error(w, "Too many pages ask at once.", http.StatusServiceUnavailable)
		return
	}
	out, err := count()
	if err != nil {
		http.Error(w, "There is no answer now.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // fails only if the caller hung up
}
