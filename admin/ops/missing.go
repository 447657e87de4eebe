package ops

import (
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/duration"
	"github.com/webhook-gateway/gateway/store"
)

// withRun is withStore for a call about one run. If there is no such run, its error says
// so, and whether runs of its time were deleted.
func withRun[T any](s *Service, id string, do func(view) (T, error)) (T, error) {
	return withStore(s, func(v view) (T, error) {
		out, err := do(v)
		if errors.Is(err, store.ErrNotFound) {
			err = s.missingRun(v, id)
		}
		return out, err
	})
}

func (s *Service) missingRun(v view, id string) *Error {
	out := &Error{Kind: NotFound, Message: "there is no such run in the history"}
	key, err := store.ParseID(id)
	if err != nil {
		return out
	}
	if keep := v.Config.Gateway.History.Keep; clock.Since(s.opts.Clock, key.Time()) > keep {
		out.Message += fmt.Sprintf("; runs of %s are deleted: the history keeps a run for %s after its end", utc(key.Time()).Format("2 January 2006"), duration.Format(keep))
	}
	return out
}
