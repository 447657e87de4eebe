package services

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// causeTime is how long a cause that is repeated does not start a second run. A
// cause is repeated only if a gateway stopped or died in the middle and no
// gateway continued within this time. Each started run costs a key for so long.
const causeTime = 7 * 24 * time.Hour

// starter starts flows for the actions of a run.
type starter struct {
	services *Services
	run      *run.Scope
}

// Start queues a run of a flow, once for the same cause. Variables that hold a
// secret or a sensitive value are sealed.
func (s *starter) Start(ctx context.Context, f *flow.Flow, ev flow.Event, cause string) (string, error) {
	e := s.run.Snapshot.Endpoints[f.Name]
	if e == nil {
		return "", &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("flow %q was removed from the configuration", f.Name)}
	}
	stored, err := e.Codec.Encode(ev)
	if err != nil {
		return "", err
	}
	stored.Sensitive = f.HiddenInput != "" || s.run.HasSecret(stored.Variables)
	id, _, err := s.services.queueRun(ctx, e, s.services.newID(), stored, Start{Once: dedupeCause(cause), Parent: s.run.ID})
	return id, err
}

// Start says how a run is started that no request asked for.
type Start struct {
	Once   *store.Dedupe // nil for each time
	Parent string        // id of the run that is the reason; "" for none
}

// StartFlow queues a run that no request asked for. If another run holds the
// dedupe key, it returns the key and the id of that run.
func (s *Services) StartFlow(ctx context.Context, e *snapshot.Endpoint, ev flow.Event, how Start) (string, *store.Key, error) {
	stored, err := e.Codec.Encode(ev)
	if err != nil {
		return "", nil, err
	}
	return s.queueRun(ctx, e, s.newID(), stored, how)
}

// queueRun queues a run with an id and an encoded event, see StartFlow. A run
// that exists already is not queued again. A run that the flow skips is counted,
// and its record has the id.
func (s *Services) queueRun(ctx context.Context, e *snapshot.Endpoint, id string, stored flow.StoredEvent, how Start) (string, *store.Key, error) {
	payload := run.NewPayload(s.Sealer, stored)
	root := s.trace(ctx, e.Flow.Name, id, &payload)
	got, err := s.Store.Accept(ctx, &store.Submission{
		ID: id, Flow: e.Flow.Name, Version: e.Flow.Version, Dedupe: how.Once, Payload: payload, Queue: e.QueueLimit(), FromFailure: stored.FromFailure, Parent: how.Parent,
	})
	switch {
	case errors.Is(err, store.ErrExists):
		return id, nil, nil
	case errors.Is(err, store.ErrFull):
		return "", nil, &flow.Error{Class: flow.Transient, Reason: flow.Reason429, Message: fmt.Sprintf("too many runs of flow %q wait", e.Flow.Name), Err: err}
	case err != nil:
		return "", nil, s.storeError(err)
	case got.Duplicate != nil:
		return got.Duplicate.Run, got.Duplicate, nil
	case got.Skipped:
		e.Metrics.CountSkippedRun()
		e.Log.Warn("a run was skipped, as an earlier run of the flow is not over", zap.String("run", id))
		return id, nil, nil
	}
	root.End()
	e.Metrics.CountAccepted(got)
	s.Wakeup.Send()
	return id, nil, nil
}

// trace puts the trace that the context carries into the payload of a run. If there
// is none, such as for a schedule, it starts one and returns its first span.
func (s *Services) trace(ctx context.Context, flowName, id string, p *store.Payload) *trace.Span {
	if s.Tracer == nil {
		return nil
	}
	if span := trace.From(ctx); span != nil {
		p.Trace = span.Context().Encode()
		return nil
	}
	root := s.Tracer.Root("start "+flowName, trace.Producer)
	root.SetWord("gateway.flow.name", flowName)
	root.SetWord("gateway.run.id", id)
	p.Trace = root.Context().Encode()
	return root
}

func (s *Services) newID() string { return s.ID(s.Clock.Now()) }

// dedupeCause returns the dedupe key by which a cause starts a flow once; nil if
// the cause is "".
func dedupeCause(cause string) *store.Dedupe {
	if cause == "" {
		return nil
	}
	return &store.Dedupe{Key: causeKey(cause), TTL: causeTime}
}

func causeKey(cause string) string { return "cause:" + cause }
