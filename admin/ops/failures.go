package ops

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// FailureGroups are failed runs, grouped by flow and cause.
type FailureGroups struct {
	Groups []FailureGroup `json:"groups" doc:"The group with the newest run first."`
	More   bool           `json:"more" doc:"There are more groups."`
}

// FailureGroup are failed runs of a flow with one cause.
type FailureGroup struct {
	Key    string    `json:"key" doc:"Of the cause: pass it with the flow as failure to list these runs, or to run them again."`
	Flow   string    `json:"flow"`
	Action string    `json:"action,omitempty" doc:"The action that failed."`
	Count  int       `json:"count"`
	More   bool      `json:"count_is_minimum" doc:"There are more runs than count."`
	First  time.Time `json:"first_at" doc:"When the oldest of the runs was received."`
	Last   time.Time `json:"last_at" doc:"When the newest of the runs was received."`
	Run    string    `json:"newest_run"`
	Cause  *RunCause `json:"cause,omitempty" doc:"Of the newest run. Messages that differ in values such as numbers and quoted texts are one cause."`
}

// FailureGroups groups the failed runs by flow and cause.
func (s *Service) FailureGroups(ctx context.Context, q store.FailureQuery) (FailureGroups, error) {
	return withStore(s, func(v view) (FailureGroups, error) {
		if q.Limit == 0 {
			q.Limit = DefaultPage
		}
		if q.Limit < 1 || q.Limit > store.MaxFailureGroups {
			return FailureGroups{}, invalid("\"limit\" must be a number from 1 to %d", store.MaxFailureGroups)
		}
		if err := s.checkFlowNames(ctx, v, q.Flows); err != nil {
			return FailureGroups{}, err
		}
		got, err := s.opts.Store.FailureGroups(ctx, q)
		if err != nil {
			return FailureGroups{}, err
		}
		out := FailureGroups{Groups: make([]FailureGroup, 0, len(got.Groups)), More: got.More}
		for i := range got.Groups {
			out.Groups = append(out.Groups, v.showFailures(&got.Groups[i]))
		}
		return out, nil
	})
}

func (v view) showFailures(g *store.FailureGroup) FailureGroup {
	return FailureGroup{
		Key: g.Key, Flow: g.Flow, Action: g.Newest.Cause.Action, Count: g.Count, More: g.More,
		First: utc(g.First), Last: utc(g.Newest.Received), Run: g.Newest.ID, Cause: v.showCause(g.Newest.Cause),
	}
}
