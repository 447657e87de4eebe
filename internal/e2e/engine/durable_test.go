package engine_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/triggers"
)

// durable is a gateway with a store on disk that a test can stop and start.
type durable struct {
	t       *testing.T
	dir     string
	files   atomic.Pointer[fstest.MapFS]
	outside *outside
	changed *signaltest.Signal // sent by the outside and by the store
	clock   *shiftedClock      // of the gateway and its store
	opts    gateway.Options

	open  func() (store.Store, error) // the store, at each start
	store *flaky
	g     *gateway.Gateway
	base  string
	stop  func() // stops the gateway; the store stays open

	adminAPI func() http.Handler // of the gateway, made when it is first needed
}

// flaky is a store that a test makes unavailable.
type flaky struct {
	store.Store
	changed *signaltest.Signal
	down    atomic.Bool
	tried   atomic.Int64                  // checkpoints while the store was down
	slow    atomic.Pointer[chan struct{}] // if set, Record waits until it is closed
	waits   atomic.Int64                  // number of waits of Record
	late    atomic.Pointer[late]          // if set, changes Accept and Claim
}

func (f *flaky) trouble() error {
	if f.down.Load() {
		return &store.UnavailableError{Err: io.ErrShortWrite}
	}
	return nil
}

func (f *flaky) Ping(ctx context.Context) error {
	if err := f.trouble(); err != nil {
		return err
	}
	return f.Store.Ping(ctx)
}

func (f *flaky) Accept(ctx context.Context, s *store.Submission) (store.Accepted, error) {
	if err := f.trouble(); err != nil {
		return store.Accepted{Claim: &store.Claim{ID: s.ID, Ref: 1, Fence: 1}}, err // as a commit that fails late
	}
	if l := f.late.Load(); l != nil {
		return l.accept(ctx, f.Store, s)
	}
	return f.Store.Accept(ctx, s)
}

func (f *flaky) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	if err := f.trouble(); err != nil {
		return store.Claimed{}, err
	}
	if l := f.late.Load(); l != nil {
		return l.claim(ctx, f.Store, q)
	}
	return f.Store.Claim(ctx, q)
}

func (f *flaky) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	if err := f.trouble(); err != nil {
		f.tried.Add(1)
		f.changed.Send()
		return err
	}
	return f.Store.Checkpoint(ctx, c, steps...)
}

func (f *flaky) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	if err := f.trouble(); err != nil {
		return err
	}
	return f.Store.Finish(ctx, c, e)
}

// newDurable starts a gateway with a flow file, in which OUT stands for the
// address of the outside.
func newDurable(t *testing.T, text string) *durable {
	t.Helper()
	d := newStopped(t)
	d.write(text)
	d.start()
	return d
}

// newStopped returns a gateway that write and start put into service.
func newStopped(t *testing.T) *durable {
	changed := &signaltest.Signal{}
	d := &durable{t: t, dir: t.TempDir(), outside: newOutside(t, changed), changed: changed, clock: &shiftedClock{}}
	d.opts = gateway.Options{Clock: d.clock, Load: d.load, Key: []byte("0123456789abcdef"), ShutdownTimeout: signaltest.Patience}
	began := d.clock.System.Now()
	elapsed := func() time.Duration { return clock.Since(d.clock.System, began) }
	d.open = func() (store.Store, error) {
		return sqlite.Open(sqlite.Options{Dir: d.dir, Clock: d.clock, Elapsed: elapsed})
	}
	return d
}

func (d *durable) write(text string) {
	text = strings.ReplaceAll(text, "OUT", d.outside.url)
	if !strings.Contains(text, "gateway {") {
		text += "\ngateway {\n  egress { allow = [\"127.0.0.1\"] }\n}\n"
	}
	d.files.Store(&fstest.MapFS{"flows.hcl": {Data: []byte(text)}})
}

func (d *durable) load() (*load.Config, hcl.Diagnostics) {
	return load.Files(load.Options{
		Clock: d.clock,
		FS:    *d.files.Load(), Paths: []load.Path{{Dir: "flows.hcl"}}, Connections: actions.Connections(),
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Env:   func(name string) (string, bool) { return "hush-hush-" + name, true },
	})
}

// start runs a gateway on the files and the store.
func (d *durable) start() {
	d.t.Helper()
	st, err := d.open()
	if err != nil {
		d.t.Fatal(err)
	}
	d.store = &flaky{Store: signaltest.Store{Store: st, Changed: d.changed}, changed: d.changed}
	d.opts.Store = d.store
	g, _, diags := gateway.New(d.opts)
	if diags.HasErrors() {
		d.t.Fatal(diags)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	d.g, d.base = g, "http://"+l.Addr().String()
	flaky := d.store
	d.adminAPI = sync.OnceValue(func() http.Handler { return newAdminAPI(g, flaky) })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, l) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			d.t.Error(err)
		}
		g.Close()
	})
	d.t.Cleanup(func() {
		d.outside.open()
		d.stop()
		_ = st.Close()
	})
}

// restart stops the gateway and starts the next one.
func (d *durable) restart() {
	d.t.Helper()
	d.stop()
	if err := d.store.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.start()
}

// reply is a complete response.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) run() string { return r.header.Get("Gateway-Run") }

// post sends JSON to a path.
func (d *durable) post(path, body string, header ...string) reply {
	d.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Error(err)
		return reply{header: http.Header{}}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Error(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// accept posts a request that must succeed, and returns the run.
func (d *durable) accept(path, body string) string {
	d.t.Helper()
	r := d.post(path, body)
	if r.status != http.StatusOK {
		d.t.Fatalf("%s answered %d: %s", path, r.status, r.body)
	}
	return r.run()
}

// await waits until a run is in a state.
func (d *durable) await(id string, want store.State) *store.Run {
	d.t.Helper()
	var run *store.Run
	d.changed.Await(d.t, "run "+id+" is "+want.String(), func() bool {
		var err error
		run, err = d.store.Get(context.Background(), id)
		return err == nil && run.State == want
	})
	return run
}
