package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
)

// lab is a gateway with kinds of its own that a test controls.
type lab struct {
	t       testing.TB
	files   atomic.Pointer[fstest.MapFS]
	entered chan string   // the run of each action "hold" that has started
	release chan struct{} // ends one "hold"
	opened  atomic.Int64  // resources
	closed  atomic.Int64
	lines   *sink
	opts    gateway.Options
}

func newLab(t testing.TB) *lab {
	l := &lab{t: t, entered: make(chan string, 1000), release: make(chan struct{}, 1000), lines: newSink(t)}
	log, err := logging.New(l.lines, "json", "debug")
	if err != nil {
		t.Fatal(err)
	}
	l.opts = gateway.Options{Clock: clock.System{}, Load: l.load, Key: []byte("0123456789abcdef"), Version: "1.2.3", Log: log}
	return l
}

// write replaces all files by one.
func (l *lab) write(text string) { l.writeAll(map[string]string{"flows/main.hcl": text}) }

func (l *lab) writeAll(texts map[string]string) {
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l.files.Store(&files)
}

func (l *lab) load() (*load.Config, hcl.Diagnostics) {
	return load.Files(load.Options{
		Clock: clock.System{},
		FS:    *l.files.Load(), Paths: []load.Path{{Dir: "flows"}}, Env: testEnv, Kinds: l.kinds(),
	})
}

// loadFrom loads files on disk.
func (l *lab) loadFrom(dir string) func() (*load.Config, hcl.Diagnostics) {
	return func() (*load.Config, hcl.Diagnostics) {
		return load.Files(load.Options{
			Clock: clock.System{},
			FS:    os.DirFS("/"), Paths: []load.Path{{Dir: watch.FSPath(dir), Name: "flows"}}, Env: testEnv, Kinds: l.kinds(),
		})
	}
}

func testEnv(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "tok/en+with spaces?", "PASSWORD": "hunter2-hunter2"}[name]
	return value, ok
}

// start makes a gateway. The flows must have no errors.
func (l *lab) start() *gateway.Gateway {
	l.t.Helper()
	g, _, diags := gateway.New(l.opts)
	if diags.HasErrors() {
		l.t.Fatal(diags)
	}
	l.t.Cleanup(g.Close)
	return g
}

func (l *lab) kinds() flow.Kinds {
	return flow.Kinds{
		Triggers: []flow.TriggerKind{{Name: "test", New: func() flow.Trigger { return &testTrigger{} }}, {Name: "never", New: func() flow.Trigger { return &neverTrigger{} }}},
		Actions: []flow.Kind{
			{Name: "answer", New: func() flow.Action { return &answer{} }},
			{Name: "hold", New: func() flow.Action { return &hold{lab: l} }},
			{Name: "fail", New: func() flow.Action { return &fail{} }},
			{Name: "say", New: func() flow.Action { return &say{} }},
			{Name: "use", New: func() flow.Action { return &use{lab: l} }},
		},
	}
}

// testTrigger reads the body of a request as text.
type testTrigger struct {
	path    string
	rotate  int
	methods []string
	timeout time.Duration
	token   string
	panics  string
	body    expr.Of[string]
}

func (t *testTrigger) Describe(s *schema.Spec) {
	t.rotate, t.methods, t.timeout = 1, []string{http.MethodPost}, time.Minute
	s.Doc = "Test."
	schema.Attr(s, &t.path, "path", "Path.")
	schema.Attr(s, &t.rotate, "rotate", "Number.")
	schema.Attr(s, &t.methods, "methods", "Methods.")
	schema.Attr(s, &t.timeout, "timeout", "Time.")
	schema.Attr(s, &t.token, "token", "Token.", schema.Secret())
	schema.Attr(s, &t.panics, "panics", "Where it panics.")
	schema.Expr(s, &t.body, "body", "Answer.")
}

func (t *testTrigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"req": cty.Object(map[string]cty.Type{"body": cty.String, "name": cty.String})}
}

func (t *testTrigger) Parts(string) flow.Parts {
	if t.panics == "parts" {
		panic("parts")
	}
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint: t, Route: flow.Route{Path: t.path, Rotate: t.rotate, Methods: t.methods}, Timeout: t.timeout,
		},
		Codec: t, Queue: flow.Queue{Max: 64, Length: 1000},
	}
}

func (t *testTrigger) Admit(context.Context, expr.Env) (flow.Admission, error) {
	return flow.Admission{}, nil
}

func (t *testTrigger) Accept(r *http.Request, in flow.Incoming) (flow.Event, *flow.Problem) {
	if t.panics == "accept" {
		panic("accept " + t.token)
	}
	if t.token != "" && r.Header.Get("Authorization") != t.token {
		return nil, &flow.Problem{Status: http.StatusUnauthorized, Detail: "Not authorized.", Outcome: "unauthorized"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, in.Limits.Body+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &flow.Problem{Status: http.StatusRequestTimeout, Detail: "Body too slow.", Outcome: "too_slow"}
	case err != nil:
		return nil, &flow.Problem{Status: http.StatusBadRequest, Detail: "Incomplete body.", Outcome: "disconnected"}
	case int64(len(body)) > in.Limits.Body:
		return nil, &flow.Problem{Status: http.StatusRequestEntityTooLarge, Detail: "Body too large.", Outcome: "too_large"}
	}
	return testEvent{"body": string(body), "name": in.PathValues["name"]}, nil
}

func (t *testTrigger) Reply(ctx context.Context, env expr.Env) (*flow.Response, error) {
	text, err := t.body.EvalOr(ctx, env, "ok")
	return &flow.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(text)}, err
}

type testEvent map[string]any

func (e testEvent) Value(root string) any {
	if root == "req" {
		return map[string]any(e)
	}
	return nil
}

func (e testEvent) Input() any { return e["body"] }

func (t *testTrigger) Encode(e flow.Event) (flow.StoredEvent, error) {
	text, err := json.Marshal(e)
	return flow.StoredEvent{Event: text}, err
}

func (t *testTrigger) Decode(k flow.StoredEvent, _ flow.Limits) (flow.Event, error) {
	e := testEvent{}
	return e, json.Unmarshal(k.Event, &e)
}

// neverTrigger starts nothing.
type neverTrigger struct{}

func (*neverTrigger) Describe(*schema.Spec)      {}
func (*neverTrigger) Roots() map[string]cty.Type { return nil }
func (*neverTrigger) Parts(string) flow.Parts    { return flow.Parts{} }

// answer responds.
type answer struct {
	status expr.Of[int]
	text   expr.Of[string]
	size   int
}

func (a *answer) Describe(s *schema.Spec) {
	schema.Expr(s, &a.status, "status", "Status.")
	schema.Expr(s, &a.text, "text", "Text.")
	schema.Attr(s, &a.size, "size", "Length of a text.")
}

func (*answer) Traits() flow.Traits { return flow.Traits{} }

func (a *answer) Run(ctx context.Context, c *flow.Call) (any, error) {
	status, err := a.status.EvalOr(ctx, c, http.StatusOK)
	if err != nil {
		return nil, err
	}
	text, err := a.text.EvalOr(ctx, c, strings.Repeat("x", a.size))
	if err != nil {
		return nil, err
	}
	return nil, c.Respond(&flow.Response{Status: status, Header: http.Header{}, Body: []byte(text)})
}

// hold waits until the test ends it. Unless it is stubborn, the end of its
// context ends it too.
type hold struct {
	lab      *lab
	stubborn bool
}

func (h *hold) Describe(s *schema.Spec) {
	schema.Attr(s, &h.stubborn, "stubborn", "Ends for the test alone.")
}

func (*hold) Traits() flow.Traits { return flow.Traits{} }

func (h *hold) Run(ctx context.Context, c *flow.Call) (any, error) {
	h.lab.entered <- c.Run().ID
	if h.stubborn {
		<-h.lab.release
		return nil, nil
	}
	select {
	case <-h.lab.release:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fail fails.
type fail struct {
	message expr.Of[string]
	remote  bool
	panics  bool
}

func (f *fail) Describe(s *schema.Spec) {
	schema.Expr(s, &f.message, "message", "Message.")
	schema.Attr(s, &f.remote, "remote", "Who failed.")
	schema.Attr(s, &f.panics, "panics", "How it fails.")
}

func (*fail) Traits() flow.Traits { return flow.Traits{} }

func (f *fail) Run(ctx context.Context, c *flow.Call) (any, error) {
	text, err := f.message.EvalOr(ctx, c, "no luck")
	if err != nil {
		return nil, err
	}
	if f.panics {
		panic(text)
	}
	return nil, &flow.Error{Class: flow.Permanent, Remote: f.remote, Message: text}
}

// say writes to the log.
type say struct {
	message expr.Of[string]
	level   string
}

func (a *say) Describe(s *schema.Spec) {
	a.level = "info"
	schema.Expr(s, &a.message, "message", "Message.")
	schema.Attr(s, &a.level, "level", "Level.")
}

func (*say) Traits() flow.Traits { return flow.Traits{} }

func (a *say) Run(ctx context.Context, c *flow.Call) (any, error) {
	text, err := a.message.EvalOr(ctx, c, "")
	c.Log(a.level, text, map[string]any{"again": text, "list": []any{text, 1}, "map": map[string]any{text: text}})
	return nil, err
}

// use opens a resource, and fails if the resource was closed too early.
type use struct {
	lab   *lab
	key   string
	fails string
	res   *resource
}

type resource struct{ closed atomic.Bool }

func (u *use) Describe(s *schema.Spec) {
	schema.Attr(s, &u.key, "key", "Key.", schema.Required(), schema.Secret())
	schema.Attr(s, &u.fails, "fails", "How opening fails.")
}

func (u *use) Open(r *flow.Resources) error {
	switch u.fails {
	case "panic":
		panic("opening " + u.key)
	case "error":
		return fmt.Errorf("%s is not there", u.key)
	}
	var err error
	u.res, err = flow.Resource(r, u.key, func() (*resource, func(), error) {
		res := &resource{}
		u.lab.opened.Add(1)
		return res, func() {
			if res.closed.Swap(true) {
				u.lab.t.Errorf("resource %s was closed twice", u.key)
			}
			u.lab.closed.Add(1)
		}, nil
	})
	return err
}

func (*use) Traits() flow.Traits { return flow.Traits{} }

func (u *use) Run(context.Context, *flow.Call) (any, error) {
	if u.res.closed.Load() {
		return nil, errors.New("the resource is closed")
	}
	return nil, nil
}

// call sends a request to the handler without a network.
func call(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

// current returns the snapshot that serves, nil if there is none.
func current(g *gateway.Gateway) *snapshot.Snapshot {
	s := g.Acquire()
	if s != nil {
		s.Release()
	}
	return s
}
