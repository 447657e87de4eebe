package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
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
	given := flow.TagGiven{Tag: tag, Source: change.Source, Depth: change.Depth}
	if change.Cause != "" { // else nobody repeats it
		given.Cause = change.Cause + "/" + tag
	}
	var failed error
	for _, e := range snap.byTag[tag] {
		if err := g.startTagged(ctx, e, contact, given); err != nil && failed == nil {
			failed = err // the others are started all the same
		}
	}
	return failed
}

// startTagged starts one flow for a contact, once in its window and once for the
// same cause, which is repeated where a gateway died in the middle.
func (g *Gateway) startTagged(ctx context.Context, e *endpoint, contact flow.Contact, given flow.TagGiven) error {
	trigger := e.queued.(flow.Tagged)
	kept, err := e.queued.Encode(trigger.Given(contact, given))
	if err != nil {
		return err
	}
	id := ulid.New(time.Now())
	throttle := trigger.Throttle()
	if throttle == 0 {
		_, _, err := g.startKept(ctx, e, id, kept, onceFor(given.Cause))
		return err
	}
	if given.Cause != "" {
		var done bool
		if id, done, err = g.runOfCause(ctx, e, id, given.Cause); err != nil || done {
			return err
		}
	}
	once := &store.Dedupe{Key: "contact:" + digestOf(store.ContactKey(contact.Email)), TTL: throttle}
	started, first, err := g.startKept(ctx, e, id, kept, once)
	if err != nil || started == id {
		return err
	}
	return g.recordThrottled(ctx, e, id, kept, first)
}

// onceFor has a cause start a flow once; "" is none.
func onceFor(cause string) *store.Dedupe {
	if cause == "" {
		return nil
	}
	return &store.Dedupe{Key: "cause:" + cause, TTL: causeKnown}
}

// runOfCause is the id of the run that a cause has, by which a repetition finds
// it even when the window of the flow is over. done says that the run, or the
// record that it was throttled, is there.
func (g *Gateway) runOfCause(ctx context.Context, e *endpoint, id, cause string) (_ string, done bool, err error) {
	key := store.Key{Scope: store.DedupeScope(e.flow.Name), Name: "cause:" + cause, Run: id}
	held, made, err := g.opts.Store.PutKey(ctx, key, causeKnown)
	if err != nil {
		return "", false, notKeptNow(err)
	}
	if made {
		return id, false, nil
	}
	switch _, err := g.opts.Store.Get(ctx, held.Run); {
	case errors.Is(err, store.ErrNotFound):
		return held.Run, false, nil
	case err != nil:
		return "", false, notKeptNow(err)
	}
	return held.Run, true, nil
}

// digestOf stands for an address where it must not be kept: keys live on when a
// contact was deleted.
func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

func (g *Gateway) recordThrottled(ctx context.Context, e *endpoint, id string, kept flow.Kept, first *store.Key) error {
	now := time.Now()
	err := g.opts.Store.Record(ctx, &store.Entry{
		ID: id, Flow: e.flow.Name, State: store.Throttled, Started: now, Finished: now,
		Payload: store.Payload{Event: kept.Event, Variables: kept.Variables},
		Cause: store.Cause{Reason: "throttled", Message: fmt.Sprintf(
			"the contact has started this flow by run %s, and may again from %s", first.Run, first.Expires.UTC().Format(time.RFC3339))},
	})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return notKeptNow(err)
	}
	return nil
}
