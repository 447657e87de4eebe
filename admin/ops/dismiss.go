package ops

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// DismissRun takes a failed run out of those that need attention. It stays in the
// history, in the state dismissed.
func (s *Service) DismissRun(ctx context.Context, id string) (_ RunsChanged, err error) {
	defer s.audit(ctx, "run.dismiss", id, &err)
	return withRun(s, id, func(view) (RunsChanged, error) {
		if err := s.opts.Store.Dismiss(ctx, id); err != nil {
			return RunsChanged{}, err
		}
		return RunsChanged{Changed: 1}, nil
	})
}

// DismissRuns dismisses all failed runs of the selection.
func (s *Service) DismissRuns(ctx context.Context, sel Selection) (out RunsChanged, err error) {
	defer s.auditCount(ctx, "runs.dismiss", sel.text(), &out.Changed, &err)
	return s.changeRuns(ctx, sel, func(q store.ListQuery) (store.Changed, error) { return s.opts.Store.DismissAll(ctx, q) })
}
