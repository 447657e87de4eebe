package snapshot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// fixture counts the resources that snapshots open and close.
type fixture struct {
	metrics        *telemetry.Metrics
	opener         *snapshot.Opener
	opened, closed atomic.Int64
}

func newFixture(hasStore bool) *fixture {
	f := &fixture{metrics: telemetry.NewMetrics("1.2.3", clock.System{}, func() int64 { return 0 })}
	f.opener = snapshot.NewOpener(snapshot.Options{
		Settings: flow.Settings{Clock: clock.System{}}, Key: []byte("0123456789abcdef"), HasStore: hasStore,
		Log: telemetry.NewLog(zap.NewNop()), Metrics: f.metrics,
		BaseURL: func(g *load.Gateway) string { return g.PublicURL },
	})
	return f
}

// open is an action that opens a resource.
type open struct {
	fixture *fixture
	key     string
	err     error
}

func (*open) Describe(*schema.Spec)                        {}
func (*open) Traits() flow.Traits                          { return flow.Traits{} }
func (*open) Run(context.Context, *flow.Call) (any, error) { return nil, nil }

func (o *open) Open(r *flow.Resources) error {
	_, err := flow.Resource(r, o.key, func() (int, func(), error) {
		o.fixture.opened.Add(1)
		return 0, func() { o.fixture.closed.Add(1) }, nil
	})
	return errors.Join(err, o.err)
}

// codec stores no events.
type codec struct{ flow.EventCodec }

func (f *fixture) configOf(flows ...*flow.Flow) *load.Config {
	return &load.Config{
		Gateway: load.Gateway{
			PublicURL: "https://hooks.example.com", Limits: &load.Limits{Runs: 7, Body: 100, JSONDepth: 5}, Egress: &load.Egress{},
		},
		Flows: flows, Secrets: []string{"hunter2"},
	}
}

// flowAt returns a flow at a path whose actions open resources.
func (f *fixture) flowAt(path string, keys ...string) *flow.Flow {
	out := &flow.Flow{
		Name: strings.Trim(path, "/"), Enabled: true,
		Parts: flow.Parts{HTTP: &flow.HTTPPart{Route: flow.Route{Path: path, Methods: []string{"POST"}}}, Codec: codec{}, Queue: flow.Queue{Max: 3}},
	}
	for _, key := range keys {
		out.Actions = append(out.Actions, &flow.Step{Name: key, Kind: "open", Action: &open{fixture: f, key: key}})
	}
	return out
}

func (f *fixture) mustOpen(t *testing.T, c *load.Config) *snapshot.Snapshot {
	t.Helper()
	s, err := f.opener.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(true)
	off, tagged := f.flowAt("/off"), f.flowAt("/tagged")
	off.Enabled = false
	tagged.Parts.Tag = &flow.TagPart{Tag: "lead"}
	s := f.mustOpen(t, f.configOf(f.flowAt("/a", "x"), off, tagged))
	if m := s.Router.Find("POST", "/a"); m.Endpoint == nil || m.Endpoint != s.Endpoints["a"] {
		t.Errorf("the path of the flow leads to %v", m)
	}
	if m := s.Router.Find("POST", "/off"); m.Endpoint != nil || s.Endpoints["off"] == nil {
		t.Error("a disabled flow is reached, or not known")
	}
	if e := s.ByTag["lead"]; len(e) != 1 || e[0] != s.Endpoints["tagged"] {
		t.Errorf("the tag starts %v", e)
	}
	if s.MaxRuns != 7 || s.Limits != (flow.Limits{Body: 100, JSONDepth: 5}) || len(s.FlowLimits) != 3 || s.FlowLimits[0].Max != 3 {
		t.Errorf("limits %v, %v, %v", s.MaxRuns, s.Limits, s.FlowLimits)
	}
	if s.BaseURL() != "https://hooks.example.com" || s.Redactor.Text("hunter2") != "(sensitive)" {
		t.Errorf("base URL %s, secret %s", s.BaseURL(), s.Redactor.Text("hunter2"))
	}
	if e := s.Endpoints["a"]; e.Metrics == nil || e.Log == nil || e.IsPure("open") {
		t.Errorf("endpoint %+v", e)
	}
}

func TestFailedOpenLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(false)
	async := f.flowAt("/async", "y")
	async.Parts.HTTP.Async = true
	keyed := f.flowAt("/keyed", "y")
	keyed.Parts.HTTP.ReadsKeys = true
	broken, panics := f.flowAt("/broken", "y"), f.flowAt("/panics", "y")
	broken.Actions[0].Action.(*open).err = errors.New("no luck")
	panics.Actions[0].Action = nil
	panics.Actions = append(panics.Actions, &flow.Step{Action: (*open)(nil)})
	for name, c := range map[string]struct {
		flow *flow.Flow
		want string
	}{
		"no store":         {async, "no store"},
		"no store of keys": {keyed, "no store to keep them"},
		"action":           {broken, `action "y" of flow "broken": no luck`},
		"action panicked":  {panics, "panic"},
	} {
		err := func() (err error) {
			defer func() {
				if recover() != nil {
					err = errors.New("panic")
				}
			}()
			_, err = f.opener.Open(f.configOf(f.flowAt("/a", "x"), c.flow))
			return err
		}()
		if err == nil || !strings.Contains(err.Error(), c.want) || f.opened.Load() != f.closed.Load() {
			t.Errorf("%s: %v, %d opened, %d closed", name, err, f.opened.Load(), f.closed.Load())
		}
	}
}

// A disabled flow may have actions that the gateway does not allow.
func TestOpenDisabledFlow(t *testing.T) {
	t.Parallel()
	f := newFixture(true)
	flow1 := f.flowAt("/a", "x")
	flow1.Actions[0].Action.(*open).err = &flow.NotAllowed{Message: "use --allow-exec"}
	if _, err := f.opener.Open(f.configOf(flow1)); err == nil {
		t.Error("an enabled flow was opened")
	}
	flow1.Enabled = false
	f.mustOpen(t, f.configOf(flow1))
}

func TestHolder(t *testing.T) {
	t.Parallel()
	var h snapshot.Holder
	if h.Acquire() != nil || h.IsOpen() {
		t.Error("an empty holder has a snapshot")
	}
	f := newFixture(true)
	first := f.mustOpen(t, f.configOf(f.flowAt("/a", "shared", "x")))
	h.Swap(first)
	s := h.Acquire()
	s.Retain()
	second := f.mustOpen(t, f.configOf(f.flowAt("/b", "shared", "y")))
	h.Swap(second)
	s.Release()
	if f.opened.Load() != 3 || f.closed.Load() != 0 {
		t.Errorf("%d opened, %d closed while the retired snapshot is used", f.opened.Load(), f.closed.Load())
	}
	s.Release()
	if f.closed.Load() != 1 {
		t.Errorf("%d closed after the last use, want x alone", f.closed.Load())
	}
	if got := h.Acquire(); got != second {
		t.Error("the holder has another snapshot")
	}
	h.Swap(nil)
	second.Release()
	if f.closed.Load() != 3 || h.Acquire() != nil || h.IsOpen() {
		t.Errorf("%d closed at the end", f.closed.Load())
	}
}

// No user gets a snapshot that is closed.
func TestAcquireDuringSwaps(t *testing.T) {
	t.Parallel()
	var h snapshot.Holder
	f := newFixture(true)
	const swaps = 200
	h.Swap(f.mustOpen(t, f.configOf(f.flowAt("/a"))))
	done := make(chan struct{})
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				s := h.Acquire()
				if s.Endpoints["a"].Metrics == nil {
					t.Error("the snapshot is not open")
				}
				s.Release()
			}
		})
	}
	for range swaps {
		h.Swap(f.mustOpen(t, f.configOf(f.flowAt("/a", "x"))))
	}
	close(done)
	users.Wait()
	h.Swap(nil)
	if f.opened.Load() != f.closed.Load() {
		t.Errorf("%d opened, %d closed", f.opened.Load(), f.closed.Load())
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	f := newFixture(true)
	off := f.flowAt("/büro/{id}")
	off.Name, off.Enabled = "off", false
	timed := &flow.Flow{Name: "timed", Enabled: true}
	var lines []string
	for _, a := range snapshot.Addresses(f.configOf(f.flowAt("/a"), timed, off), nil) {
		lines = append(lines, a.Line("https://example.com/in/"))
	}
	want := "POST   https://example.com/in/a  → a\nPOST   https://example.com/in/b%C3%BCro/{id}  → off (disabled)"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestUsesStore decides from the flows whether the gateway must be able to write
// to its store.
func TestUsesStore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*flow.Flow)
		want   bool
	}{
		"sync":                  {func(*flow.Flow) {}, false},
		"async":                 {func(f *flow.Flow) { f.Parts.HTTP.Async = true }, true},
		"disabled":              {func(f *flow.Flow) { f.Parts.HTTP.Async, f.Enabled = true, false }, false},
		"sync with dedupe":      {func(f *flow.Flow) { f.Parts.HTTP.Dedupes = true }, true},
		"schedule":              {func(f *flow.Flow) { f.Parts.HTTP, f.Parts.Clock = nil, &flow.ClockPart{} }, true},
		"tag":                   {func(f *flow.Flow) { f.Parts.HTTP, f.Parts.Tag = nil, &flow.TagPart{Tag: "new"} }, true},
		"called":                {func(f *flow.Flow) { f.Parts.HTTP, f.Parts.Call = nil, &flow.CallPart{} }, false},
		"an action that stores": {func(f *flow.Flow) { f.Actions[0].Traits.Stores = true }, true},
		"an on_error that stores": {func(f *flow.Flow) {
			f.OnError = flow.List{{Name: "x", Action: f.Actions[0].Action, Traits: flow.Traits{Stores: true}}}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(true)
			f := x.flowAt("/orders", "a")
			c.change(f)
			s, err := x.opener.Open(x.configOf(f))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Release()
			if s.UsesStore != c.want {
				t.Errorf("UsesStore is %v, want %v", s.UsesStore, c.want)
			}
		})
	}
}
