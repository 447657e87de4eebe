package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/duration"
	"github.com/webhook-gateway/gateway/store"
)

// TimeRange are the parameters that select a time. Each is a time as in RFC 3339,
// or a duration before now.
type TimeRange struct {
	From  string `json:"from,omitempty" minLength:"1" doc:"At or after this time: RFC 3339, or how long ago, such as 90m, 12h or 7d."`
	Since string `json:"since,omitempty" minLength:"1" doc:"The same as from."`
	To    string `json:"to,omitempty" minLength:"1" doc:"Before this time: RFC 3339, or how long ago, such as 90m, 12h or 7d."`
}

// RunFilter are the parameters that select runs.
type RunFilter struct {
	Flow     []string    `json:"flow,omitempty" doc:"Runs of this flow. Several select runs of any of them."`
	Label    []string    `json:"label,omitempty" doc:"Runs of the flows that have this label in the files, in either case. Several select flows with any of them; with flow, of those."`
	State    []ops.State `json:"state,omitempty" doc:"Runs in this state. Several select runs in any of them."`
	Text     string      `json:"text,omitempty" doc:"A part of the run's id, flow, error, request or variables, or its whole order key. ASCII letters match in either case, except in an order key."`
	OrderKey string      `json:"order_key,omitempty" minLength:"1" doc:"Runs with this order key: its whole text, or the hash that a run shows."`
	Reason   []string    `json:"reason,omitempty" doc:"Runs whose cause has this reason, such as unauthorized, invalid or timeout. Several select runs with any of them."`
	Failure  string      `json:"failure,omitempty" minLength:"1" doc:"Failed runs with one cause: the key of a group of /api/v1/failures. Needs flow."`
	Parent   string      `json:"parent,omitempty" minLength:"1" doc:"Runs that the run with this id started: by action flow without wait, by a tag, or by its failure."`
	TimeRange
}

// FailureList are the parameters of the groups of failed runs.
type FailureList struct {
	Flow  []string `json:"flow,omitempty" doc:"Runs of this flow. Several select runs of any of them."`
	Limit int      `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of groups."`
}

// RunList are the parameters of a list of runs.
type RunList struct {
	RunFilter
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of runs."`
	After string `json:"after,omitempty" doc:"The value of next in the page before."`
}

// RunSelection are the parameters that select the runs of a bulk call.
type RunSelection struct {
	RunFilter
	All   bool   `json:"all,omitempty" doc:"Every run. Takes no filter."`
	After string `json:"after,omitempty" doc:"The value of next in the response before."`
}

// RetryOptions are the parameters of a retry.
type RetryOptions struct {
	Fresh bool `json:"fresh,omitempty" doc:"Runs every action again, with the same idempotency keys. Otherwise a run continues where it failed. Runs that succeeded can only be run again fresh."`
}

// RetryRunOptions are the parameters of a retry of one run.
type RetryRunOptions struct {
	RetryOptions
	FromAction string `json:"from_action,omitempty" minLength:"1" doc:"Runs this action of the flow and the ones after it again, with the same idempotency keys. Earlier actions keep their outputs. Actions inside of others can't be named."`
}

// RetrySelection are the parameters of a bulk retry.
type RetrySelection struct {
	RunSelection
	RetryOptions
}

// StatsQuery are the parameters of statistics.
type StatsQuery struct {
	Flow string `json:"flow,omitempty" doc:"Runs of this flow only."`
	TimeRange
	Step string `json:"step,omitempty" minLength:"1" doc:"Width of an interval: a multiple of a minute, such as 5m, 1h or 1d. Without it there is one count for the whole time. Counts by minute are kept for two days."`
}

// runRoutes are the routes about runs.
func (a *API) runRoutes() []route {
	changed := ok("The number of changed runs.", ops.RunsChanged{})
	missing := refusal(http.StatusNotFound, "There is no such run.")
	conflict := refusal(http.StatusConflict, "The state of the run does not allow it, or the body of the run was cut.")
	const id = "Id of the run."
	return []route{
		{
			method: http.MethodGet, path: "/api/v1/runs", id: "listRuns", summary: "List runs, the newest first",
			query: RunList{}, responses: withStore(ok("A page of runs.", ops.RunPage{})), serve: a.listRuns,
		},
		{
			method: http.MethodGet, path: "/api/v1/runs/{id}", id: "getRun", summary: "Return everything that the history holds about a run",
			param: id, responses: withStore(ok("The run.", ops.RunDetail{}), missing),
			serve: func(r *request) (any, error) { return a.Ops.Run(r.Context(), r.param("id")) },
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/{id}/retry", id: "retryRun", summary: "Run a failed or cancelled run again",
			param: id, query: RetryRunOptions{}, responses: withStore(changed, missing, conflict), serve: a.retryRun,
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/{id}/cancel", id: "cancelRun", summary: "Cancel a run that is not over",
			param: id, responses: withStore(changed, missing, conflict),
			serve: func(r *request) (any, error) { return a.Ops.CancelRun(r.Context(), r.param("id")) },
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/{id}/dismiss", id: "dismissRun", summary: "Dismiss a failed run: it stays in the history, and is no failed run",
			param: id, responses: withStore(changed, missing, conflict),
			serve: func(r *request) (any, error) { return a.Ops.DismissRun(r.Context(), r.param("id")) },
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/dismiss", id: "dismissRuns", summary: "Dismiss all failed runs that match",
			query: RunSelection{}, bodyOrQuery: true, responses: withStore(changed), serve: a.dismissRuns,
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/retry", id: "retryRuns", summary: "Run all failed runs that match again; with states, all runs in these states that can be run again",
			query: RetrySelection{}, bodyOrQuery: true, responses: withStore(changed), serve: a.retryRuns,
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/cancel", id: "cancelRuns", summary: "Cancel all runs that match and are not over",
			query: RunSelection{}, bodyOrQuery: true, responses: withStore(changed), serve: a.cancelRuns,
		},
		{
			method: http.MethodGet, path: "/api/v1/failures", id: "listFailures", summary: "Group the failed runs by flow and cause, the newest first",
			query: FailureList{}, responses: withStore(ok("The groups.", ops.FailureGroups{})),
			serve: func(r *request) (any, error) {
				in := r.query.(FailureList)
				return a.Ops.FailureGroups(r.Context(), store.FailureQuery{Flows: in.Flow, Limit: in.Limit})
			},
		},
		{
			method: http.MethodGet, path: "/api/v1/stats", id: "stats", summary: "Count the runs that are over, by the time at which they ended",
			query: StatsQuery{}, responses: withStore(ok("The counts. Times are rounded outward to whole steps, or hours.", ops.RunStats{})), serve: a.countRuns,
		},
	}
}

func (a *API) listRuns(r *request) (any, error) {
	in := r.query.(RunList)
	filter, err := a.filterOf(&in.RunFilter)
	if err != nil {
		return nil, err
	}
	return a.Ops.Runs(r.Context(), store.ListQuery{Filter: filter, Limit: in.Limit, After: in.After})
}

func (a *API) retryRun(r *request) (any, error) {
	in := r.query.(RetryRunOptions)
	switch {
	case in.FromAction != "" && in.Fresh:
		return nil, errors.New(`"fresh" runs all actions again, and "from_action" some of them: give one of the two`)
	case in.FromAction != "":
		return a.Ops.RetryRunFrom(r.Context(), r.param("id"), in.FromAction)
	}
	return a.Ops.RetryRun(r.Context(), r.param("id"), in.Fresh)
}

func (a *API) retryRuns(r *request) (any, error) {
	in := r.query.(RetrySelection)
	sel, err := a.selectionOf(&in.RunSelection)
	if err != nil {
		return nil, err
	}
	return a.Ops.RetryRuns(r.Context(), sel, in.Fresh)
}

func (a *API) dismissRuns(r *request) (any, error) {
	in := r.query.(RunSelection)
	sel, err := a.selectionOf(&in)
	if err != nil {
		return nil, err
	}
	return a.Ops.DismissRuns(r.Context(), sel)
}

func (a *API) cancelRuns(r *request) (any, error) {
	in := r.query.(RunSelection)
	sel, err := a.selectionOf(&in)
	if err != nil {
		return nil, err
	}
	return a.Ops.CancelRuns(r.Context(), sel)
}

func (a *API) countRuns(r *request) (any, error) {
	in := r.query.(StatsQuery)
	q := store.StatsQuery{Flow: in.Flow}
	var err error
	if q.From, q.To, err = in.parseTimes(a.Clock.Now()); err != nil {
		return nil, err
	}
	if in.Step != "" {
		if q.Step, err = duration.Parse(in.Step); err != nil || q.Step == 0 {
			return nil, errors.New(`"step" must be a multiple of a minute, such as "5m", "1h" or "1d"`)
		}
	}
	return a.Ops.Stats(r.Context(), q)
}

func (a *API) selectionOf(s *RunSelection) (ops.Selection, error) {
	filter, err := a.filterOf(&s.RunFilter)
	return ops.Selection{Filter: filter, All: s.All, After: s.After}, err
}

func (a *API) filterOf(f *RunFilter) (store.Filter, error) {
	out := store.Filter{Flows: f.Flow, Text: f.Text, OrderKey: f.OrderKey, Reasons: f.Reason, Failure: f.Failure, Parent: f.Parent}
	for _, name := range f.State {
		state, err := store.ParseState(string(name))
		if err != nil {
			return out, err
		}
		out.States = append(out.States, state)
	}
	var err error
	if out.Flows, err = a.Ops.FlowsWithLabels(f.Flow, f.Label); err != nil {
		return out, err
	}
	out.From, out.To, err = f.parseTimes(a.Clock.Now())
	return out, err
}

// parseTimes returns the times that a range selects; zero for no limit.
func (t *TimeRange) parseTimes(now time.Time) (from, to time.Time, err error) {
	if t.Since != "" && t.From != "" {
		return from, to, errors.New(`"since" and "from" mean the same: give one of them`)
	}
	if from, err = ops.ParseTime("from", t.From, now); err == nil && t.Since != "" {
		from, err = ops.ParseTime("since", t.Since, now)
	}
	if err != nil {
		return from, to, err
	}
	to, err = ops.ParseTime("to", t.To, now)
	return from, to, err
}
