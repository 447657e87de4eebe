// Package ops is the operator service: everything that an operator may do to
// runs, contacts, keys, flows and the process, and everything that an operator may see
// of them. The HTTP API is a thin layer over it, and each further way to operate
// the gateway is one too.
//
// Methods take and return Go values. Results hold no secret: this package
// replaces the values of secrets and the outputs of sensitive actions, so that
// its callers need not. Errors are of type *Error, and are redacted too.
package ops

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// Options are the parts of the process that the service uses.
type Options struct {
	Version    string
	Clock      clock.Clock
	Log        *zap.Logger // for lines that callers can cause, so it should be sampled
	AuditLog   *zap.Logger // for changes by operators; Log if nil
	Store      store.Store // nil if the gateway keeps no runs
	Process    Process
	Snapshots  Snapshots
	Reloader   Reloader
	Worker     Worker
	Contacts   Contacts
	Keyring    Keyring
	Handshakes Handshakes
	Pauses     Pauses
	Starter    Starter
	Endpoints  http.Handler // serves requests to flows
	Rehearsal  Rehearsal    // nil if the gateway offers no dry runs
}

// Process counts the work of the running gateway.
type Process interface {
	// Status returns the numbers of the process.
	Status() gateway.Status
	// QueueCounts returns the open runs by flow. They are a few seconds old.
	QueueCounts() ([]store.Depth, error)
	// QueuedBefore returns how many runs of each flow were queued five minutes ago,
	// or nil if that is not known.
	QueuedBefore() map[string]int
	// SyncRuns returns the sync runs that are under way, in no order.
	SyncRuns() []store.Summary
	// Usage returns the requests and runs of this process in the last hour, by
	// flow.
	Usage() map[string]telemetry.Usage
}

// Snapshots holds the configuration that serves.
type Snapshots interface {
	// Acquire returns the configuration that serves, which the caller releases.
	// It returns nil after the gateway was closed.
	Acquire() *snapshot.Snapshot
}

// Reloader loads the flow files.
type Reloader interface {
	// Reload loads the flow files again. The cause is a word for the log.
	Reload(cause string) *gateway.Load
	// LastLoad returns the result of the last load.
	LastLoad() *gateway.Load
}

// Worker executes the runs that the store keeps.
type Worker interface {
	// Wake makes the worker look for runs now.
	Wake()
	// DropEvents drops the events of queued runs that the worker holds in
	// memory. A run that is requeued starts from the stored event.
	DropEvents()
	// ExtendLeases extends the leases of the runs that execute here, and ends
	// the execution of cancelled runs.
	ExtendLeases(ctx context.Context)
}

// Contacts changes contacts for operators as it does for actions.
type Contacts interface {
	// ChangeContact changes a contact and starts the flows that wait for the
	// tags that it adds.
	ChangeContact(ctx context.Context, c flow.ContactChange) (store.ContactChanged, error)
	// EraseContact removes the address of a deleted contact from the history, in
	// one batch.
	EraseContact(ctx context.Context, email string) (store.Erased, error)
}

// Service is the operator service.
type Service struct {
	opts    Options
	ready   readiness
	figures figureCache
}

// New returns a service.
func New(o Options) *Service {
	if o.AuditLog == nil {
		o.AuditLog = o.Log
	}
	return &Service{opts: o}
}

// withStore calls do with the configuration that serves. It converts errors to
// *Error and redacts them.
func withStore[T any](s *Service, do func(view) (T, error)) (T, error) {
	var none T
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return none, errShuttingDown()
	}
	defer snap.Release()
	if s.opts.Store == nil {
		return none, &Error{Kind: NoStore, Message: "this gateway keeps no runs"}
	}
	v := view{snap}
	out, err := do(v)
	if err != nil {
		return none, s.convertError(v, err)
	}
	return out, nil
}

// bulkTime bounds how long one call continues with further batches.
const bulkTime = 10 * time.Second

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
