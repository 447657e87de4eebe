package services

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/store"
)

// startTagged starts the flows that are triggered by a tag which a contact got.
// An error in one flow does not keep the others from starting.
func (s *Services) startTagged(ctx context.Context, contact flow.Contact, tag string, change flow.ContactChange) error {
	snap := s.Snapshots.Acquire()
	if snap == nil {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Message: "the gateway is shutting down"}
	}
	defer snap.Release()
	given := flow.TagGiven{Tag: tag, Source: change.Source, Depth: change.Depth, FromFailure: change.FromFailure}
	if change.Cause != "" {
		given.Cause = change.Cause + "/" + tag
	}
	var failed error
	for _, e := range snap.ByTag[tag] {
		if err := s.startForTag(ctx, e, contact, given, change.Run); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// startForTag starts one flow for a contact: once for the same cause, which is
// repeated if a gateway died in the middle, and once in the flow's throttle
// window. A start within the window is recorded as throttled. parent is the id of the
// run that gave the tag.
func (s *Services) startForTag(ctx context.Context, e *snapshot.Endpoint, contact flow.Contact, given flow.TagGiven, parent string) error {
	trigger := e.Flow.Parts.Tag
	stored, err := e.Codec.Encode(trigger.Event(contact, given))
	if err != nil {
		return err
	}
	id, throttle := s.newID(), trigger.Throttle
	if throttle == 0 {
		_, _, err := s.queueRun(ctx, e, id, stored, Start{Once: dedupeCause(given.Cause), Parent: parent})
		return err
	}
	if given.Cause != "" {
		var done bool
		if id, done, err = s.resolveCause(ctx, e, id, given.Cause); err != nil || done {
			return err
		}
	}
	once := &store.Dedupe{Key: "contact:" + hashAddress(contact.Email), TTL: throttle}
	started, first, err := s.queueRun(ctx, e, id, stored, Start{Once: once, Parent: parent})
	if err != nil || started == id {
		return err
	}
	return s.recordThrottled(ctx, e, id, stored, first)
}

// resolveCause returns the id of the run that belongs to a cause. A repetition
// gets the id of the first time, even if the throttle window is over. done
// reports whether that run, or the record that it was throttled, exists.
func (s *Services) resolveCause(ctx context.Context, e *snapshot.Endpoint, id, cause string) (_ string, done bool, err error) {
	key := store.Key{Scope: store.DedupeScope(e.Flow.Name), Name: causeKey(cause), Run: id}
	held, made, err := s.Store.PutKey(ctx, key, causeTime)
	if err != nil {
		return "", false, s.storeError(err)
	}
	if made {
		return id, false, nil
	}
	switch _, err := s.Store.Get(ctx, held.Run); {
	case errors.Is(err, store.ErrNotFound):
		return held.Run, false, nil
	case err != nil:
		return "", false, s.storeError(err)
	}
	return held.Run, true, nil
}

// hashAddress returns a stand-in for an address in a key, because keys outlive
// the deletion of a contact.
func hashAddress(email string) string {
	sum := sha256.Sum256([]byte(store.ContactKey(email)))
	return hex.EncodeToString(sum[:16])
}

func (s *Services) recordThrottled(ctx context.Context, e *snapshot.Endpoint, id string, stored flow.StoredEvent, first *store.Key) error {
	now := s.Clock.Now()
	err := s.Store.Record(ctx, &store.Entry{
		ID: id, Flow: e.Flow.Name, Version: e.Flow.Version, State: store.Throttled, Started: now, Finished: now,
		Payload: run.NewPayload(s.Sealer, stored),
		Cause: store.Cause{Reason: "throttled", Message: fmt.Sprintf(
			"the contact has started this flow by run %s, and may again from %s", first.Run, first.Expires.UTC().Format(time.RFC3339))},
	})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return s.storeError(err)
	}
	return nil
}
