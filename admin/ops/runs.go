package ops

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// DefaultPage is the number of runs or contacts of a page if the caller asks
	// for no other number.
	DefaultPage = 50
	maxFlows    = 10_000 // of a filter
	maxCounts   = 10_000 // intervals of one answer
)

// Runs returns a page of the runs that match.
func (s *Service) Runs(ctx context.Context, q store.ListQuery) (RunPage, error) {
	return withStore(s, func(v view) (RunPage, error) {
		if err := checkListQuery(&q); err != nil {
			return RunPage{}, err
		}
		if err := s.checkFlowNames(ctx, v, q.Flows); err != nil {
			return RunPage{}, err
		}
		page, err := s.searchRuns(ctx, q)
		if err != nil {
			return RunPage{}, err
		}
		page = s.addSyncRuns(page, q)
		out := RunPage{Runs: make([]RunSummary, 0, len(page.Runs)), Next: page.Next}
		for i := range page.Runs {
			out.Runs = append(out.Runs, v.showSummary(&page.Runs[i]))
			s.addPauseReason(v, &out.Runs[i])
		}
		return out, nil
	})
}

// NewestRuns returns the newest stored run of each of the flows that has one, by the name
// of the flow.
func (s *Service) NewestRuns(ctx context.Context, flows []string) (map[string]RunSummary, error) {
	return withStore(s, func(v view) (map[string]RunSummary, error) {
		runs, err := s.opts.Store.Newest(ctx, flows)
		if err != nil {
			return nil, err
		}
		out := make(map[string]RunSummary, len(runs))
		for i := range runs {
			r := v.showSummary(&runs[i])
			s.addPauseReason(v, &r)
			out[r.Flow] = r
		}
		return out, nil
	})
}

// searchTime bounds how long one call goes on with a search that has found nothing.
const searchTime = 300 * time.Millisecond

// searchRuns returns a page. The store searches a part of the history at a time; parts
// without a match are passed over.
func (s *Service) searchRuns(ctx context.Context, q store.ListQuery) (store.Page, error) {
	began := s.opts.Clock.Now()
	for {
		page, err := s.opts.Store.List(ctx, q)
		if err != nil || page.Next == "" || len(page.Runs) > 0 || clock.Since(s.opts.Clock, began) > searchTime {
			return page, err
		}
		q.After = page.Next
	}
}

// SearchedTo returns the time back to which a page has come that has a next one.
func (p *RunPage) SearchedTo() time.Time {
	id, err := store.ParseID(p.Next)
	if err != nil {
		return time.Time{}
	}
	return id.Time()
}

// checkListQuery refuses queries that the stores don't answer, and sets the
// default limit.
func checkListQuery(q *store.ListQuery) error {
	if q.Limit == 0 {
		q.Limit = DefaultPage
	}
	if q.Limit < 1 || q.Limit > store.MaxPage {
		return invalid("\"limit\" must be a number from 1 to %d", store.MaxPage)
	}
	if len(q.Flows) > maxFlows {
		return invalid("a list is of at most %d flows", maxFlows)
	}
	if q.After != "" {
		if _, err := store.ParseID(q.After); err != nil {
			return invalid("\"after\" must be the value of \"next\" in the page before")
		}
	}
	if err := checkCauseFilter(&q.Filter); err != nil {
		return err
	}
	return checkTimeRange(q.From, q.To)
}

// maxReasons is how many reasons a filter may have.
const maxReasons = 20

func checkCauseFilter(f *store.Filter) error {
	if len(f.Reasons) > maxReasons {
		return invalid("a filter may have at most %d reasons", maxReasons)
	}
	if _, _, err := f.ParentID(); err != nil {
		return invalid("\"parent\" must be the id of a run")
	}
	_, asked, err := f.FailureKey()
	switch {
	case err != nil:
		return invalid("\"failure\" must be the key of a group of failed runs")
	case asked && len(f.Flows) == 0:
		return invalid("\"failure\" needs the flow of the group: set \"flow\"")
	}
	return nil
}

func checkTimeRange(from, to time.Time) error {
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return invalid("the time from is not before the time to")
	}
	return nil
}

// Run returns everything that the history holds about a run.
func (s *Service) Run(ctx context.Context, id string) (*RunDetail, error) {
	return s.showRun(ctx, id, 0)
}

// RunPreview returns everything about a run but the rest of large values: of each
// about as many bytes as the limit says, so that its cost does not depend on them.
func (s *Service) RunPreview(ctx context.Context, id string, limit int) (*RunDetail, error) {
	return s.showRun(ctx, id, limit)
}

func (s *Service) showRun(ctx context.Context, id string, limit int) (*RunDetail, error) {
	return withRun(s, id, func(v view) (*RunDetail, error) {
		run, err := s.opts.Store.Get(ctx, id)
		if r, found := s.findSyncRun(id); errors.Is(err, store.ErrNotFound) && found {
			return v.showRun(&store.Run{Summary: r}, limit), nil
		}
		if err != nil {
			return nil, err
		}
		out := v.showRun(run, limit)
		s.addPauseReason(v, &out.RunSummary)
		if out.Children, err = s.children(ctx, v, run.ID); err != nil {
			return nil, err
		}
		return out, nil
	})
}

// maxChildren is how many of the runs that a run started are shown with it.
const maxChildren = 20

// children returns the newest runs that a run started.
func (s *Service) children(ctx context.Context, v view, id string) ([]RunSummary, error) {
	page, err := s.opts.Store.List(ctx, store.ListQuery{Filter: store.Filter{Parent: id}, Limit: maxChildren})
	if err != nil {
		return nil, err
	}
	out := make([]RunSummary, len(page.Runs))
	for i := range page.Runs {
		out[i] = v.showSummary(&page.Runs[i])
		s.addPauseReason(v, &out[i])
	}
	return out, nil
}

// RunProgress is how far a run is.
type RunProgress struct {
	State    State
	Attempt  int
	Steps    int
	LastStep string // state of the last action; "" if there is none
}

// RunProgress returns how far a run is, without decoding its values: pages of open
// runs ask for it every few seconds.
func (s *Service) RunProgress(ctx context.Context, id string) (RunProgress, error) {
	return withRun(s, id, func(view) (RunProgress, error) {
		run, err := s.opts.Store.Get(ctx, id)
		if r, found := s.findSyncRun(id); errors.Is(err, store.ErrNotFound) && found {
			run, err = &store.Run{Summary: r}, nil
		}
		if err != nil {
			return RunProgress{}, err
		}
		out := RunProgress{State: State(run.State.String()), Attempt: run.Attempt, Steps: len(run.Steps)}
		if n := len(run.Steps); n > 0 {
			out.LastStep = stepState(&run.Steps[n-1])
		}
		return out, nil
	})
}

// RetryRun runs a run again. It continues after the last completed action, or
// with fromStart runs each action again.
func (s *Service) RetryRun(ctx context.Context, id string, fromStart bool) (_ RunsChanged, err error) {
	defer s.audit(ctx, "run.retry", id, &err)
	return withRun(s, id, func(view) (RunsChanged, error) {
		s.opts.Worker.DropEvents()
		if err := s.opts.Store.Requeue(ctx, id, store.RequeueOptions{FromStart: fromStart}); err != nil {
			return RunsChanged{}, err
		}
		s.opts.Worker.Wake()
		return RunsChanged{Changed: 1}, nil
	})
}

// RetryRunFrom runs a run again from one of the actions of its flow. Earlier actions
// keep their outputs.
func (s *Service) RetryRunFrom(ctx context.Context, id, action string) (_ RunsChanged, err error) {
	defer s.audit(ctx, "run.retry", id+" from "+action, &err)
	return withRun(s, id, func(v view) (RunsChanged, error) {
		run, err := s.opts.Store.Get(ctx, id)
		if err != nil {
			return RunsChanged{}, err
		}
		if err := checkAction(v, run.Flow, action); err != nil {
			return RunsChanged{}, err
		}
		s.opts.Worker.DropEvents()
		if err := s.opts.Store.Requeue(ctx, id, store.RequeueOptions{From: action}); err != nil {
			return RunsChanged{}, err
		}
		s.opts.Worker.Wake()
		return RunsChanged{Changed: 1}, nil
	})
}

// CancelRun cancels a run that is not over.
func (s *Service) CancelRun(ctx context.Context, id string) (_ RunsChanged, err error) {
	defer s.audit(ctx, "run.cancel", id, &err)
	return withRun(s, id, func(view) (RunsChanged, error) {
		err := s.opts.Store.Cancel(ctx, id)
		if _, found := s.findSyncRun(id); errors.Is(err, store.ErrNotFound) && found {
			return RunsChanged{}, &Error{Kind: Conflict, Message: "the run can't be cancelled: its caller waits for the response of the sync flow"}
		}
		if err != nil {
			return RunsChanged{}, err
		}
		s.opts.Worker.ExtendLeases(ctx) // ends the execution in this process now
		return RunsChanged{Changed: 1}, nil
	})
}

// Selection is the runs that a bulk call changes: the runs that match the filter,
// or with All every run. After continues an earlier call.
type Selection struct {
	store.Filter
	All   bool
	After string
}

// RetryRuns runs all failed runs of the selection again. If the filter names
// states, it runs those of these states again that can be.
func (s *Service) RetryRuns(ctx context.Context, sel Selection, fromStart bool) (out RunsChanged, err error) {
	defer s.auditCount(ctx, "runs.retry", sel.text(), &out.Changed, &err)
	return s.changeRuns(ctx, sel, func(q store.ListQuery) (store.Changed, error) {
		if q.After == sel.After {
			s.opts.Worker.DropEvents()
		}
		got, err := s.opts.Store.RequeueAll(ctx, q, store.RequeueOptions{FromStart: fromStart})
		if got.N > 0 {
			s.opts.Worker.Wake()
		}
		return got, err
	})
}

// CancelRuns cancels all runs of the selection that are not over.
func (s *Service) CancelRuns(ctx context.Context, sel Selection) (out RunsChanged, err error) {
	defer s.auditCount(ctx, "runs.cancel", sel.text(), &out.Changed, &err)
	return s.changeRuns(ctx, sel, func(q store.ListQuery) (store.Changed, error) {
		got, err := s.opts.Store.CancelAll(ctx, q)
		if got.N > 0 {
			s.opts.Worker.ExtendLeases(ctx)
		}
		return got, err
	})
}

// changeRuns changes the selected runs batch by batch. If a later batch fails,
// the result tells the number of runs changed so far; the call for the rest
// returns the error.
func (s *Service) changeRuns(ctx context.Context, sel Selection, change func(store.ListQuery) (store.Changed, error)) (RunsChanged, error) {
	return withStore(s, func(v view) (RunsChanged, error) {
		started := s.opts.Clock.Now()
		q := store.ListQuery{Filter: sel.Filter, Limit: store.MaxPage, After: sel.After}
		if err := checkSelection(sel, &q); err != nil {
			return RunsChanged{}, err
		}
		if err := s.checkFlowNames(ctx, v, sel.Flows); err != nil {
			return RunsChanged{}, err
		}
		var out RunsChanged
		for {
			got, err := change(q)
			out.Changed += got.N
			if err != nil && q.After == sel.After {
				return RunsChanged{}, err
			}
			if err != nil {
				s.opts.Log.Warn("only some of the selected runs were changed", zap.Int("runs", out.Changed), zap.String("error", v.redactText(err.Error())))
				out.Next = q.After
				return out, nil
			}
			out.Next, q.After = got.Next, got.Next
			if got.Next == "" || clock.Since(s.opts.Clock, started) > bulkTime {
				return out, nil
			}
		}
	})
}

func checkSelection(sel Selection, q *store.ListQuery) error {
	if err := checkListQuery(q); err != nil {
		return err
	}
	empty := len(sel.Flows) == 0 && len(sel.States) == 0 && sel.From.IsZero() && sel.To.IsZero() && sel.Text == "" &&
		len(sel.Reasons) == 0 && sel.Failure == "" && sel.OrderKey == ""
	switch {
	case empty && !sel.All:
		return invalid("without a filter this would change every run: name flows, states, a time or a text, or say all=true")
	case sel.All && !empty:
		return invalid("all=true takes no filter")
	}
	return nil
}

// Stats counts the runs that are over.
func (s *Service) Stats(ctx context.Context, q store.StatsQuery) (RunStats, error) {
	return withStore(s, func(v view) (RunStats, error) {
		if err := s.checkStatsQuery(&q); err != nil {
			return RunStats{}, err
		}
		if q.Flow != "" {
			if err := s.checkFlowNames(ctx, v, []string{q.Flow}); err != nil {
				return RunStats{}, err
			}
		}
		counts, err := s.opts.Store.Stats(ctx, q)
		if err != nil {
			return RunStats{}, err
		}
		out := RunStats{Counts: make([]RunCount, 0, len(counts))}
		for _, n := range counts {
			out.Counts = append(out.Counts, RunCount{Flow: n.Flow, State: State(n.State.String()), Time: utc(n.Time), Count: n.N, Took: n.Took.Seconds()})
		}
		return out, nil
	})
}

func (s *Service) checkStatsQuery(q *store.StatsQuery) error {
	if err := checkTimeRange(q.From, q.To); err != nil || q.Step == 0 {
		return err
	}
	if q.Step < 0 || q.Step%time.Minute != 0 {
		return invalid("\"step\" must be a multiple of a minute, such as \"5m\", \"1h\" or \"1d\"")
	}
	end := q.To
	if end.IsZero() {
		end = s.opts.Clock.Now()
	}
	if q.From.IsZero() || end.Sub(q.From)/q.Step > maxCounts {
		return invalid("a step needs a start time, and the time may have at most %d steps: set \"from\"", maxCounts)
	}
	return nil
}
