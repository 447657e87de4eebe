package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

// runsCall is one request to the part of the API that is about runs.
type runsCall struct {
	g     *Gateway
	snap  *snapshot.Snapshot
	store store.Store
	r     *http.Request
	query url.Values
}

// withStore makes a handler of a function that needs the store and the
// configuration that serves. What the function returns is written as JSON.
func (g *Gateway) withStore(do func(c *runsCall) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		snap := g.current.Acquire()
		if snap == nil {
			problem.Write(w, problem.ShuttingDown())
			return
		}
		defer snap.Release()
		if g.opts.Store == nil {
			problem.Write(w, &flow.Problem{Status: http.StatusServiceUnavailable, Title: "No store", Detail: "This gateway keeps no runs."})
			return
		}
		body, err := do(&runsCall{g: g, snap: snap, store: g.opts.Store, r: r, query: r.URL.Query()})
		if err != nil {
			problem.Write(w, g.storeProblem(snap, err))
			return
		}
		writeJSON(w, http.StatusOK, body)
	}
}

// wrongQuery is an error for which the caller is to blame.
type wrongQuery struct{ error }

func (g *Gateway) storeProblem(snap *snapshot.Snapshot, err error) *flow.Problem {
	var wrong wrongQuery
	var own *problemError
	detail := snap.Redactor.Text(err.Error()) + "."
	switch {
	case errors.As(err, &own):
		return &own.Problem
	case errors.As(err, &wrong):
		return badQuery(detail)
	case errors.Is(err, store.ErrNotFound):
		return &flow.Problem{Status: http.StatusNotFound, Title: "Not found", Detail: "There is no such run in the history."}
	case errors.Is(err, store.ErrState), errors.Is(err, store.ErrCut):
		return &flow.Problem{Status: http.StatusConflict, Title: "Not in this state", Detail: detail}
	case store.IsUnavailable(err):
		g.log.Sampled.Warn("the history can't be reached", zap.Error(err))
		return problem.Unavailable("The store is not available now.", 5)
	}
	g.log.Sampled.Error("the history failed", zap.Error(err))
	return &flow.Problem{Status: http.StatusInternalServerError, Title: "Internal error", Detail: "The log says more."}
}

func (c *runsCall) list() (any, error) {
	q, err := listQuery(c.query, time.Now())
	if err != nil {
		return nil, wrongQuery{err}
	}
	page, err := c.store.List(c.r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := RunPage{Runs: make([]RunSummary, 0, len(page.Runs)), Next: page.Next}
	for i := range page.Runs {
		out.Runs = append(out.Runs, summaryOf(c.snap.Redactor, &page.Runs[i]))
	}
	return out, nil
}

func (c *runsCall) show() (any, error) {
	run, err := c.store.Get(c.r.Context(), c.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return runDetail(c.snap, run), nil
}

func (c *runsCall) retryOne() (any, error) {
	fresh, err := flag(c.query, "fresh")
	if err != nil {
		return nil, wrongQuery{err}
	}
	c.g.durable.pool.ClearEvents()
	if err := c.store.Requeue(c.r.Context(), c.r.PathValue("id"), store.RequeueOptions{FromStart: fresh}); err != nil {
		return nil, err
	}
	c.g.durable.wakeup.Send()
	return RunsChanged{Changed: 1}, nil
}

func (c *runsCall) cancelOne() (any, error) {
	if err := c.store.Cancel(c.r.Context(), c.r.PathValue("id")); err != nil {
		return nil, err
	}
	c.g.durable.pool.ExtendLeases(c.r.Context()) // so that work on it here ends now
	return RunsChanged{Changed: 1}, nil
}

func (c *runsCall) retryAll() (any, error) {
	fresh, err := flag(c.query, "fresh")
	if err != nil {
		return nil, wrongQuery{err}
	}
	c.g.durable.pool.ClearEvents()
	return c.changeAll(func(q store.ListQuery) (store.Changed, error) {
		got, err := c.store.RequeueAll(c.r.Context(), q, store.RequeueOptions{FromStart: fresh})
		if got.N > 0 {
			c.g.durable.wakeup.Send()
		}
		return got, err
	})
}

func (c *runsCall) cancelAll() (any, error) {
	return c.changeAll(func(q store.ListQuery) (store.Changed, error) {
		got, err := c.store.CancelAll(c.r.Context(), q)
		if got.N > 0 {
			c.g.durable.pool.ExtendLeases(c.r.Context())
		}
		return got, err
	})
}

// changeTime is how long one call goes on with further pages.
const changeTime = 10 * time.Second

// changeAll changes page after page of the runs that match. Where a later page
// fails it tells what was done until then; the call for the rest tells why.
func (c *runsCall) changeAll(change func(store.ListQuery) (store.Changed, error)) (any, error) {
	began := time.Now()
	q, err := listQuery(c.query, began)
	all, flagErr := flag(c.query, "all")
	switch err := errors.Join(err, flagErr); {
	case err != nil:
		return nil, wrongQuery{err}
	case isEmpty(&q.Filter) && !all:
		return nil, wrongQuery{errors.New("without a filter this would change every run: name flows, states, a time or a text, or say all=true")}
	case all && !isEmpty(&q.Filter):
		return nil, wrongQuery{errors.New("all=true goes with no filter")}
	}
	q.Limit = store.MaxPage
	var out RunsChanged
	for {
		got, err := change(q)
		out.Changed += got.N
		if err != nil && q.After == "" {
			return nil, err
		}
		if err != nil {
			c.g.log.Sampled.Warn("runs were changed in part", zap.Int("runs", out.Changed), zap.Error(err))
			out.Next = q.After
			return out, nil
		}
		out.Next, q.After = got.Next, got.Next
		if got.Next == "" || time.Since(began) > changeTime {
			return out, nil
		}
	}
}

func (c *runsCall) stats() (any, error) {
	q, err := statsQuery(c.query, time.Now())
	if err != nil {
		return nil, wrongQuery{err}
	}
	counts, err := c.store.Stats(c.r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := RunStats{Counts: make([]RunCount, 0, len(counts))}
	for _, n := range counts {
		out.Counts = append(out.Counts, RunCount{Flow: n.Flow, State: n.State.String(), Time: utc(n.Time), Count: n.N, Took: n.Took.Seconds()})
	}
	return out, nil
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
