package ops

import (
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// addSyncRuns adds to a page of stored runs the sync runs that are under way in
// this process and that match. The store learns of them when they are over.
func (s *Service) addSyncRuns(page store.Page, q store.ListQuery) store.Page {
	known := map[string]bool{}
	for _, r := range page.Runs {
		known[r.ID] = true
	}
	runs := slices.Clone(page.Runs)
	for _, r := range s.opts.Process.SyncRuns() {
		if matchesSyncRun(r, q) && r.ID > page.Next && !known[r.ID] {
			runs = append(runs, r)
		}
	}
	slices.SortFunc(runs, func(a, b store.Summary) int { return strings.Compare(b.ID, a.ID) })
	if len(runs) > q.Limit {
		runs = runs[:q.Limit]
		page.Next = runs[q.Limit-1].ID
	}
	page.Runs = runs
	return page
}

// matchesSyncRun reports whether a list has a run that is under way. They have no
// text that is searched yet, no cause and no order key, and no run has started them.
func matchesSyncRun(r store.Summary, q store.ListQuery) bool {
	switch {
	case q.Text != "", q.OrderKey != "", q.Parent != "", q.Failure != "", len(q.Reasons) > 0:
		return false
	case len(q.States) > 0 && !slices.Contains(q.States, store.Running):
		return false
	case len(q.Flows) > 0 && !slices.Contains(q.Flows, r.Flow):
		return false
	case !q.From.IsZero() && r.Received.Before(q.From), !q.To.IsZero() && !r.Received.Before(q.To):
		return false
	}
	return q.After == "" || r.ID < q.After
}

// findSyncRun returns a sync run that is under way in this process.
func (s *Service) findSyncRun(id string) (store.Summary, bool) {
	runs := s.opts.Process.SyncRuns()
	i := slices.IndexFunc(runs, func(r store.Summary) bool { return r.ID == id })
	if i < 0 {
		return store.Summary{}, false
	}
	return runs[i], true
}
