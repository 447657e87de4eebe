package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// keyGrace is how much longer than its flow's timeout a sync run may hold a
// dedupe key without an answer: for its on_error list, its last words, and
// clocks of gateways that differ.
const keyGrace = 2 * time.Minute

// firstOf is what became of a sync run's dedupe key.
type firstOf struct {
	made bool // the run may go on
	held store.Key
	name string // "" where the request has no key
}

// first takes the dedupe key of a request.
func (x *exchange) first(run *flow.Run) (firstOf, *flow.Problem) {
	admission, err := x.endpoint.trigger.Admit(x.r.Context(), run)
	if err != nil {
		out := flow.Outcome{State: flow.Failed, Err: flow.Failure(err)}
		p := failed(x.r.Context(), &out)
		p.Cause = err
		return firstOf{}, p
	}
	if admission.DedupeKey == "" {
		return firstOf{made: true}, nil
	}
	if x.g.opts.Store == nil {
		return firstOf{}, x.notKept(errors.New("this gateway has no store for dedupe keys"))
	}
	key := store.Key{Scope: store.DedupeScope(run.Flow.Name), Name: admission.DedupeKey, Run: x.id}
	f := firstOf{name: key.Name}
	f.held, f.made, err = x.g.opts.Store.PutKey(x.r.Context(), key, admission.DedupeTTL)
	if err == nil && !f.made && len(f.held.Value) == 0 {
		err = x.unanswered(&f, key, admission.DedupeTTL)
	}
	if err != nil {
		return firstOf{}, x.notKept(err)
	}
	return f, nil
}

// unanswered looks at a key whose run has not noted its answer there. It may be
// under way. Its gateway may have died after the run was kept, with its answer;
// or before, and then nobody was answered and the key is free.
func (x *exchange) unanswered(f *firstOf, key store.Key, ttl time.Duration) error {
	run, err := x.g.opts.Store.Get(x.r.Context(), f.held.Run)
	switch {
	case err == nil && run.Status > 0 && run.Status < http.StatusInternalServerError:
		f.held.Value = run.Response
		if len(run.Response) == 0 { // the history had no time for it: the status is true all the same
			f.held.Value = encodeResponse(&flow.Response{Status: run.Status})
		}
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	id, err := store.ParseID(f.held.Run)
	if err == nil && x.began.Sub(id.Time()) < x.endpoint.trigger.Timeout()+keyGrace {
		return nil
	}
	if err := x.g.opts.Store.DropKey(x.r.Context(), f.held); err != nil {
		return err
	}
	f.held, f.made, err = x.g.opts.Store.PutKey(x.r.Context(), key, ttl)
	return err
}

// settleKey gives the answer to those that come with the same key, or the key
// free where the run failed and may be tried again.
func (x *exchange) settleKey(f firstOf, out *flow.Outcome, response *flow.Response) {
	if f.name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), lastWords)
	defer cancel()
	key := store.Key{Scope: store.DedupeScope(x.flowName()), Name: f.name, Run: x.id, Value: encodeResponse(response)}
	write := x.g.opts.Store.SetKey
	if out.State == flow.Failed {
		write = x.g.opts.Store.DropKey
	}
	if err := write(ctx, key); err != nil {
		x.g.log.Sampled.Warn("a dedupe key was not kept", zap.String("run", x.id), zap.Error(err))
	}
}
