// Package admintest gives tests of the admin packages a gateway that executes
// nothing, so that only the test changes its store.
package admintest

import (
	"context"
	"io/fs"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/admin/dryrun"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/triggers"
)

// Secret is the value of each variable of the environment.
const Secret = "hunter2-hunter2"

// Version is the version of the gateway.
const Version = "1.2.3"

// Flows are flows with a secret and a sensitive action.
const Flows = `flow "x" {
  trigger "webhook" {
    path = "/x"
    auth "bearer" {
      token = secret.password
    }
  }
  action "log" "note" {
    message = "note"
  }
  action "log" "hush" {
    sensitive = true
    message   = "hush"
  }
}
flow "y" {
  trigger "webhook" {
    path = "/y"
  }
}
secret "password" {
  env = "PASSWORD"
}
`

// Lab is a gateway with an operator service.
type Lab struct {
	QueuedBefore map[string]int // by flow, five minutes ago; nil: not known
	T            testing.TB
	Options      gateway.Options
	Gateway      *gateway.Gateway
	Store        store.Store // nil for none
	Service      *ops.Service
	Sealer       *redact.Sealer
	Log          *observer.ObservedLogs
	// Calls are the calls of the worker.
	Calls struct{ Wake, DropEvents, ExtendLeases atomic.Int64 }

	files atomic.Pointer[fstest.MapFS]
	now   time.Time // of the next id, so that ids have the order in which they were made
}

// New returns a gateway on flows with a store.
func New(t testing.TB, flows string) *Lab {
	t.Helper()
	s, err := sqlite.Open(sqlite.Options{Clock: clock.System{}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return NewWithStore(t, flows, s)
}

// NewWithoutStore returns a gateway on flows without a store.
func NewWithoutStore(t testing.TB, flows string) *Lab {
	t.Helper()
	return NewWithStore(t, flows, nil)
}

// NewWithStore returns a gateway on flows with a store, which the test closes.
func NewWithStore(t testing.TB, flows string, s store.Store) *Lab {
	t.Helper()
	core, lines := observer.New(zapcore.DebugLevel)
	l := &Lab{T: t, Store: s, Log: lines, now: clock.System{}.Now().Add(-time.Minute)}
	l.Write(flows)
	l.Options = gateway.Options{
		Clock: clock.System{}, Key: []byte("0123456789abcdef"), Version: Version, Load: l.load, Store: s, Log: zap.New(core),
	}
	l.Sealer = redact.NewSealer(l.Options.Key)
	g, _, diags := gateway.New(l.Options)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	t.Cleanup(g.Close)
	l.Gateway = g
	l.Service = l.newService()
	return l
}

// Restart returns the lab with a new operator service, which has nothing in memory.
func (l *Lab) Restart() *Lab {
	next := &Lab{T: l.T, Options: l.Options, Gateway: l.Gateway, Store: l.Store, Sealer: l.Sealer, Log: l.Log, now: l.now}
	next.files.Store(l.files.Load())
	next.Service = next.newService()
	return next
}

func (l *Lab) newService() *ops.Service {
	g := l.Gateway
	tests := flowtest.Options{
		FS: filesNow{l}, Paths: []load.Path{{Dir: "flows"}}, Connections: actions.Connections(), Clock: clock.System{},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
	}
	return ops.New(ops.Options{
		Version: Version, Clock: clock.System{}, Log: l.Options.Log, Store: l.Store,
		Process: process{g, l}, Snapshots: g, Reloader: g, Worker: worker{l}, Contacts: g, Keyring: g, Handshakes: g, Pauses: g, Starter: g, Endpoints: g,
		Rehearsal: dryrun.New(tests, dryrun.InProcess(tests)),
	})
}

// process is the gateway, with queues as the test says that they were.
type process struct {
	*gateway.Gateway
	l *Lab
}

// QueuedBefore returns the counts of the test.
func (p process) QueuedBefore() map[string]int { return p.l.QueuedBefore }

// Write sets the only flow file.
func (l *Lab) Write(flows string) {
	l.files.Store(&fstest.MapFS{"flows/main.hcl": {Data: []byte(flows)}})
}

// filesNow are the files as they are now.
type filesNow struct{ lab *Lab }

// Open opens a file.
func (f filesNow) Open(name string) (fs.File, error) { return f.lab.files.Load().Open(name) }

func (l *Lab) load() (*load.Config, hcl.Diagnostics) {
	return load.Files(load.Options{
		FS: *l.files.Load(), Paths: []load.Path{{Dir: "flows"}}, Connections: actions.Connections(), Clock: clock.System{},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Env:   func(string) (string, bool) { return Secret, true },
	})
}

// worker counts the calls of a gateway's worker.
type worker struct{ lab *Lab }

// Wake counts the call and passes it on.
func (w worker) Wake() { w.lab.Calls.Wake.Add(1); w.lab.Gateway.Wake() }

// DropEvents counts the call and passes it on.
func (w worker) DropEvents() { w.lab.Calls.DropEvents.Add(1); w.lab.Gateway.DropEvents() }

// ExtendLeases counts the call and passes it on.
func (w worker) ExtendLeases(ctx context.Context) {
	w.lab.Calls.ExtendLeases.Add(1)
	w.lab.Gateway.ExtendLeases(ctx)
}

// NewID returns an id that sorts after the one before.
func (l *Lab) NewID() string {
	l.now = l.now.Add(time.Millisecond)
	return ulid.New(l.now)
}

// Queue accepts a run and returns its id.
func (l *Lab) Queue(flowName string, p store.Payload) string {
	l.T.Helper()
	id := l.NewID()
	if _, err := l.Store.Accept(l.T.Context(), &store.Submission{ID: id, Flow: flowName, Payload: p, Status: 200}); err != nil {
		l.T.Fatal(err)
	}
	return id
}

// End claims a run, which must be the only one that is queued, and ends it.
func (l *Lab) End(id string, e *store.Ending) {
	l.T.Helper()
	got, err := l.Store.Claim(l.T.Context(), store.ClaimQuery{Owner: "test", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "x"}, {Flow: "y"}}})
	if err != nil || len(got.Work) != 1 || got.Work[0].ID != id {
		l.T.Fatalf("%v %v", got, err)
	}
	if err := l.Store.Finish(l.T.Context(), got.Work[0].Claim, e); err != nil {
		l.T.Fatal(err)
	}
}

// Fail accepts a run, ends it with an error and returns its id.
func (l *Lab) Fail(flowName, message string) string {
	l.T.Helper()
	id := l.Queue(flowName, store.Payload{Body: []byte(`{"n":1}`)})
	l.End(id, &store.Ending{State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "note", Message: message}})
	return id
}

// Record records a run that is over and returns its id.
func (l *Lab) Record(e *store.Entry) string {
	l.T.Helper()
	if e.ID == "" {
		e.ID = l.NewID()
	}
	if err := l.Store.Record(l.T.Context(), e); err != nil {
		l.T.Fatal(err)
	}
	return e.ID
}
