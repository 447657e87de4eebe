package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// causeKnown is how long a run that was started by something is the only one
// that the same thing starts. It is started again only where a gateway stopped
// or died in between, and no gateway went on within this time. Each run that was
// started costs a key for so long.
const causeKnown = 7 * 24 * time.Hour

// starter starts flows for the actions of a run.
type starter struct{ j *job }

// Start keeps a run of a flow, once for the same cause.
func (s starter) Start(ctx context.Context, f *flow.Flow, ev flow.Event, cause string) (string, error) {
	e := s.j.snap.byName[f.Name]
	if e == nil {
		return "", &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("there is no flow %q any more", f.Name)}
	}
	kept, err := e.queued.Encode(ev)
	if err != nil {
		return "", err
	}
	if s.j.hides(kept.Variables) {
		kept.Variables = s.j.g.seal.Seal(kept.Variables)
	}
	id, _, err := s.j.g.startKept(ctx, e, ulid.New(time.Now()), kept, onceFor(cause))
	return id, err
}

// start keeps a run that no request asked for. A run that another one with the
// same key came before is not kept; then the key is returned.
func (g *Gateway) start(ctx context.Context, e *endpoint, ev flow.Event, once *store.Dedupe) (string, *store.Key, error) {
	kept, err := e.queued.Encode(ev)
	if err != nil {
		return "", nil, err
	}
	return g.startKept(ctx, e, ulid.New(time.Now()), kept, once)
}

// startKept is start for an event as it is kept, with the id of its run. A run
// that is there already is not kept again.
func (g *Gateway) startKept(ctx context.Context, e *endpoint, id string, kept flow.Kept, once *store.Dedupe) (string, *store.Key, error) {
	got, err := g.opts.Store.Accept(ctx, &store.Submission{
		ID: id, Flow: e.flow.Name, Dedupe: once,
		Payload: store.Payload{Event: kept.Event, Body: kept.Body, Variables: kept.Variables},
		Queue:   store.QueueLimit{Max: e.queue.Length, DropOldest: e.queue.DropOldest},
	})
	switch {
	case errors.Is(err, store.ErrExists):
		return id, nil, nil
	case errors.Is(err, store.ErrFull):
		return "", nil, &flow.Error{Class: flow.Transient, Reason: flow.Reason429, Message: fmt.Sprintf("too many runs of flow %q wait", e.flow.Name), Err: err}
	case err != nil:
		return "", nil, notKeptNow(err)
	case got.Duplicate != nil:
		return got.Duplicate.Run, got.Duplicate, nil
	}
	g.background.wake()
	return id, nil, nil
}
