package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// tagged starts the flows that wait for a tag which a contact was given. What
// falls into the window of a flow's throttle is put on record and does not run.
func (g *Gateway) tagged(ctx context.Context, contact flow.Contact, tag string, change flow.ContactChange) error {
	snap := g.acquire()
	if snap == nil {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Message: "the gateway is shutting down"}
	}
	defer snap.release()
	given := flow.TagGiven{Tag: tag, Source: change.Source, Cause: change.Cause + "/" + tag, Depth: change.Depth}
	if change.Cause == "" {
		given.Cause = flow.NewID(time.Now()) // nobody repeats it
	}
	for _, e := range snap.byTag[tag] {
		if err := g.startTagged(ctx, e, contact, given); err != nil {
			return err
		}
	}
	return nil
}

// startTagged starts one flow for a contact, once in its window.
func (g *Gateway) startTagged(ctx context.Context, e *endpoint, contact flow.Contact, given flow.TagGiven) error {
	trigger := e.queued.(flow.Tagged)
	event := trigger.Given(contact, given)
	once := &store.Dedupe{Key: "cause:" + given.Cause, TTL: causeKnown}
	if throttle := trigger.Throttle(); throttle > 0 {
		once = &store.Dedupe{Key: "contact:" + digestOf(store.ContactKey(contact.Email)), TTL: throttle}
	}
	_, first, err := g.start(ctx, e, event, once)
	if err != nil || first == nil {
		return err
	}
	same, err := g.sameCause(ctx, e, first.Run, given.Cause)
	if err != nil || same {
		return err
	}
	return g.recordThrottled(ctx, e, event, first)
}

// digestOf stands for an address where it must not be kept: keys live on when a
// contact was deleted.
func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// sameCause tells whether a run came from a cause, which is repeated where a
// gateway died in the middle.
func (g *Gateway) sameCause(ctx context.Context, e *endpoint, id, cause string) (bool, error) {
	run, err := g.opts.Store.Get(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, notKeptNow(err)
	}
	ev, err := g.decode(e, &run.Payload, flow.Limits{})
	if err != nil {
		return false, nil //nolint:nilerr // it can't be read any more, so it is another's
	}
	caused, ok := ev.(flow.Caused)
	return ok && caused.Cause() == cause, nil
}

func (g *Gateway) recordThrottled(ctx context.Context, e *endpoint, event flow.Event, first *store.Key) error {
	kept, err := e.queued.Encode(event)
	if err != nil {
		return err
	}
	now := time.Now()
	err = g.opts.Store.Record(ctx, &store.Entry{
		ID: flow.NewID(now), Flow: e.flow.Name, State: store.Throttled, Started: now, Finished: now,
		Payload: store.Payload{Event: kept.Event, Variables: kept.Variables},
		Cause: store.Cause{Reason: "throttled", Message: fmt.Sprintf(
			"the contact has started this flow by run %s, and may again from %s", first.Run, first.Expires.UTC().Format(time.RFC3339))},
	})
	if err != nil {
		return notKeptNow(err)
	}
	return nil
}
