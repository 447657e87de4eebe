package actions

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

// trigger stands for a webhook: flows read webhook.body. A caller waits for
// the answer of its flows.
type trigger struct{}

func (*trigger) Describe(s *schema.Spec) { s.Doc = "Starts a run by hand." }

func (*trigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"webhook": cty.Object(map[string]cty.Type{"body": cty.DynamicPseudoType, "raw": cty.String})}
}

func (*trigger) NeedsRespond() bool { return true }

type event struct {
	body any
	raw  string
}

func (e event) Value(root string) any {
	if root != "webhook" {
		return nil
	}
	return map[string]any{"body": e.body, "raw": e.raw}
}

func (e event) Input() any { return e.body }

// secrets are what secret.* holds in tests.
func secrets() map[string]string {
	return map[string]string{"shop_token": "t0ken-of-the-shop", "shop_password": "pa55word", "unset": ""}
}

// bench compiles and runs flows with the kinds of this package.
type bench struct {
	t           *testing.T
	secrets     map[string]string // beside those of secrets()
	connections map[string]string // bodies of connections, by "KIND.NAME", or NAME alone for "http"
	files       map[string]string // what file() reads
	egress      []string
	allowExec   bool
	allowPaths  []string
	callees     map[string]string // bodies of flows that are called, by name
	needs       []flow.Input      // what they want
	services    flow.Services
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, secrets: map[string]string{}, connections: map[string]string{}, files: map[string]string{}, egress: []string{"127.0.0.1"}, services: flow.Services{Starter: &started{}, Contacts: &people{}}}
}

// scope knows what is fixed at load, with the findings of the connections.
func (b *bench) scope() (*expr.Scope, hcl.Diagnostics) {
	held := map[string]cty.Value{"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive)}
	for _, all := range []map[string]string{secrets(), b.secrets} {
		for name, text := range all {
			if name != "unset" {
				held[name] = cty.StringVal(text).Mark(expr.Sensitive)
			}
		}
	}
	consts := map[string]cty.Value{"secret": cty.ObjectVal(held)}
	table := funcs.Table(funcs.Options{ReadFile: func(path string) ([]byte, error) { return []byte(b.files[path]), nil }})
	var diags hcl.Diagnostics
	conns := map[string]map[string]cty.Value{"http": {}}
	for key, body := range b.connections {
		kind, name, named := strings.Cut(key, ".")
		if !named {
			kind, name = "http", key
		}
		block := parseBlock(b.t, fmt.Sprintf("connection %q %q {\n%s\n}\n", kind, name, body))
		found, diag := schema.FindKind("connection", Connections(), block)
		if diag.HasErrors() {
			b.t.Fatal(diag)
		}
		conn := found.New()
		_, more := schema.DecodeSpec(&schema.Context{Scope: expr.NewScope(consts, table)}, schema.Describe(conn), block, 2)
		diags = append(diags, more...)
		if conns[kind] == nil {
			conns[kind] = map[string]cty.Value{}
		}
		conns[kind][name] = flow.ConnectionValue(kind, name, conn)
	}
	kinds := map[string]cty.Value{}
	for kind, names := range conns {
		kinds[kind] = cty.ObjectVal(names)
	}
	consts["connection"] = cty.ObjectVal(kinds)
	return expr.NewScope(consts, table), diags
}

// compile compiles the body of a flow, with the findings of the connections.
func (b *bench) compile(body string) (*flow.Flow, hcl.Diagnostics) {
	b.t.Helper()
	scope, diags := b.scope()
	block := parseBlock(b.t, "flow \"test\" {\ntrigger \"test\" {}\n"+body+"\n}\n")
	f, found := flow.Compile(block, scope, flow.Kinds{
		Actions:  All(),
		Triggers: []flow.TriggerKind{{Name: "test", New: func() flow.Trigger { return &trigger{} }}},
	})
	return f, append(diags, found...)
}

// must is compile for a flow that has no errors.
func (b *bench) must(body string) *flow.Flow {
	b.t.Helper()
	f, diags := b.compile(body)
	if diags.HasErrors() {
		b.t.Fatalf("%s\n%v", body, diags.Errs())
	}
	if diags := b.bind(f); diags.HasErrors() {
		b.t.Fatal(diags)
	}
	return f
}

func parseBlock(t *testing.T, src string) *hclsyntax.Block {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%v", src, diags)
	}
	return file.Body.(*hclsyntax.Body).Blocks[0]
}

// result is what a run left behind.
type result struct {
	flow.Outcome
	mu      sync.Mutex
	outputs map[string]any
	records []*flow.Record
	lines   []logged
}

type logged struct {
	level, message string
	fields         map[string]any
}

// Log takes what action "log" writes.
func (r *result) Log(_, level, message string, fields map[string]any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, logged{level, message, fields})
}

// LogRetry drops the line.
func (r *result) LogRetry(*flow.Call, *flow.Error, time.Duration) {}

// attempts tells how often an action was tried.
func (r *result) attempts(action string) int {
	for _, rec := range r.records {
		if rec.Step.Name == action {
			return rec.Attempts
		}
	}
	return 0
}

// run opens the flow and runs it once on a JSON body.
func (b *bench) run(ctx context.Context, f *flow.Flow, body string) *result {
	b.t.Helper()
	v, err := value.Decode([]byte(body), value.Limits{})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.runEvent(ctx, f, event{body: v, raw: body})
}

func (b *bench) runEvent(ctx context.Context, f *flow.Flow, e flow.Event) *result {
	b.t.Helper()
	var pool flow.Pool
	lease := pool.Lease(flow.Settings{Clock: clock.System{}, Version: "1.2.3", Egress: b.egress, AllowExec: b.allowExec, AllowPaths: b.allowPaths})
	defer lease.Close()
	f.Walk(func(s *flow.Step) {
		if o, ok := s.Action.(flow.Opener); ok {
			if err := o.Open(lease); err != nil {
				b.t.Fatal(err)
			}
		}
	})
	res := &result{outputs: map[string]any{}}
	res.Outcome = flow.Execute(ctx, &flow.Run{
		ID: "01run", Attempt: 1, Started: time.Now(), Flow: f, Event: e, Logger: res, Services: b.services, Clock: clock.System{},
		Journal: resultJournal{result: res},
	})
	return res
}

// resultJournal collects the records and outputs of a run.
type resultJournal struct {
	flow.NoJournal
	result *result
}

func (j resultJournal) Done(rec *flow.Record) {
	j.result.mu.Lock()
	defer j.result.mu.Unlock()
	j.result.records = append(j.result.records, rec)
	if rec.State == flow.Succeeded && !rec.Ended {
		j.result.outputs[rec.Step.Name] = rec.Output
	}
}

// action writes an action called "example".
func action(kind, body string) string {
	return fmt.Sprintf("action %q \"example\" {\n%s\n}\n", kind, body)
}

// do compiles and runs one action that must succeed, and returns its outputs
// as plain values.
func (b *bench) do(kind, body, input string) map[string]any {
	b.t.Helper()
	res := b.run(b.t.Context(), b.must(action(kind, body)), input)
	if res.State != flow.Succeeded {
		b.t.Fatalf("the run failed: %v", res.Err)
	}
	out, _ := value.Clone(res.outputs["example"]).(map[string]any)
	return out
}

// fail compiles and runs one action that must fail.
func (b *bench) fail(kind, body, input string) *flow.Error {
	b.t.Helper()
	res := b.run(b.t.Context(), b.must(action(kind, body)), input)
	if res.State != flow.Failed || res.Err == nil {
		b.t.Fatalf("state %q and no error", res.State)
	}
	return res.Err
}

func decode(t *testing.T, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text), value.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func encode(t *testing.T, v any) string {
	t.Helper()
	out, err := value.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
