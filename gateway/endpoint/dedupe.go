package endpoint

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// keyGrace is how much longer than its flow's timeout a sync run may hold a
// dedupe key without a response: for its on_error list, its abort time, and
// clocks of gateways that differ.
const keyGrace = 2 * time.Minute

// keyClaim is the result of claiming the dedupe key of a sync run.
type keyClaim struct {
	made bool      // the run may start
	held store.Key // the key, of this run or of an earlier one
	name string    // "" if the request has no key
}

// claimKey claims the dedupe key of a request. A request without one may start
// its run.
func (q *request) claimKey(ctx context.Context, r *flow.Run) (keyClaim, *flow.Problem) {
	admission, err := q.computeAdmission(ctx, r)
	if err != nil {
		p := runFailed(ctx, &flow.Outcome{State: flow.Failed, Err: flow.AsError(err)})
		p.Cause = err
		return keyClaim{}, p
	}
	if admission.DedupeKey == "" {
		return keyClaim{made: true}, nil
	}
	if q.handler.Store == nil {
		return keyClaim{}, notStored(errors.New("this gateway has no store for dedupe keys"))
	}
	key := store.Key{Scope: store.DedupeScope(r.Flow.Name), Name: admission.DedupeKey, Run: q.ID}
	claim := keyClaim{name: key.Name}
	claim.held, claim.made, err = q.handler.Store.PutKey(q.r.Context(), key, admission.DedupeTTL)
	switch {
	case err != nil || claim.made:
	case len(claim.held.Value) == 0:
		err = q.resolveStale(&claim, key, admission.DedupeTTL)
	default:
		err = q.resolveFailed(&claim, key, admission.DedupeTTL)
	}
	if err != nil {
		return keyClaim{}, notStored(err)
	}
	return claim, nil
}

// resolveStale resolves a key whose run has stored no response with it. The run
// may still be under way. If its gateway died after the run was stored, the
// history has the response. If it died before, the caller got no response, and
// the key is free after the run's time.
func (q *request) resolveStale(claim *keyClaim, key store.Key, ttl time.Duration) error {
	ctx := q.r.Context()
	stored, err := q.handler.Store.Get(ctx, claim.held.Run)
	switch {
	case err == nil && stored.Status > 0 && stored.Status < http.StatusInternalServerError:
		claim.held.Value = stored.Response
		if len(stored.Response) == 0 { // the history has only the summary of the run
			claim.held.Value = run.EncodeResponse(&flow.Response{Status: stored.Status})
		}
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	id, err := store.ParseID(claim.held.Run)
	if err == nil && q.Began.Sub(id.Time()) < q.Endpoint.HTTP.Timeout+keyGrace {
		return nil
	}
	if err := q.handler.Store.DropKey(ctx, claim.held); err != nil {
		return err
	}
	claim.held, claim.made, err = q.handler.Store.PutKey(ctx, key, ttl)
	return err
}

// resolveFailed resolves a key whose run answered its caller, continued in the
// background and failed there.
func (q *request) resolveFailed(claim *keyClaim, key store.Key, ttl time.Duration) error {
	dropped, err := q.dropFailedKey(&claim.held)
	if err == nil && dropped {
		claim.held, claim.made, err = q.handler.Store.PutKey(q.r.Context(), key, ttl)
	}
	return err
}

// dropFailedKey drops a dedupe key if its run failed for good: a sender that
// delivers the request again, after a repair, starts a new run. Of two such
// requests at once one has the key then, because only the owner of a key drops it.
func (q *request) dropFailedKey(k *store.Key) (dropped bool, err error) {
	first, err := q.handler.Store.Get(q.r.Context(), k.Run)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil || first.State != store.Failed:
		return false, err
	}
	return true, q.handler.Store.DropKey(q.r.Context(), *k)
}

// settleKey stores the response with the key for requests that repeat this one.
// If the run failed, it removes the key, so that the caller can try again.
func (q *request) settleKey(claim keyClaim, out *flow.Outcome, response *flow.Response) {
	if claim.name == "" {
		return
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(q.r.Context()), q.handler.Clock, run.AbortTime)
	defer cancel()
	key := store.Key{Scope: store.DedupeScope(q.FlowName()), Name: claim.name, Run: q.ID, Value: q.EncodeResponse(response)}
	write := q.handler.Store.SetKey
	if out.State == flow.Failed {
		write = q.handler.Store.DropKey
	}
	if err := write(ctx, key); err != nil {
		q.handler.Log.Sampled.Warn("a dedupe key was not stored", zap.String("run", q.ID), zap.Error(err))
	}
}
