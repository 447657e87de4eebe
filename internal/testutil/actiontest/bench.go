// Package actiontest compiles and runs flows in the tests of actions. Its Bench
// holds the secrets, connections and services that the flows use.
package actiontest

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

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/sensitivity"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// trigger stands for a webhook: flows read webhook.body. A caller waits for
// the answer of its flows.
type trigger struct{}

func (*trigger) Describe(s *schema.Spec) { s.Doc = "Starts a run by hand." }

func (*trigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"webhook": cty.Object(map[string]cty.Type{"body": cty.DynamicPseudoType, "raw": cty.String})}
}

func (*trigger) Parts(string) flow.Parts {
	return flow.Parts{HTTP: &flow.HTTPPart{NeedsRespond: true}}
}

// Event is the event of a run: the body of a webhook, decoded and as text.
type Event struct {
	Body any
	Raw  string
}

// Value returns the value of the root name "webhook".
func (e Event) Value(root string) any {
	if root != "webhook" {
		return nil
	}
	return map[string]any{"body": e.Body, "raw": e.Raw}
}

// Input returns the body.
func (e Event) Input() any { return e.Body }

// Secrets are the values of secret.* in tests.
func Secrets() map[string]string {
	return map[string]string{"shop_token": "t0ken-of-the-shop", "shop_password": smtpd.Password, "unset": ""}
}

// Bench compiles and runs flows with the kinds of this package.
type Bench struct {
	T            *testing.T
	Secrets      map[string]string // beside those of secrets()
	Connections  map[string]string // bodies of connections, by "KIND.NAME", or NAME alone for "http"
	Files        map[string]string // the contents for file()
	Egress       []string
	AllowExec    bool
	AllowPaths   []string
	Callees      map[string]string // bodies of flows that are called, by name
	CalleeInputs []flow.Input      // the inputs that they declare
	Services     flow.Services
}

// New returns a Bench without connections and services.
func New(t *testing.T) *Bench {
	return &Bench{T: t, Secrets: map[string]string{}, Connections: map[string]string{}, Files: map[string]string{}, Egress: []string{"127.0.0.1"}, Services: flow.Services{Starter: &Starter{}, Contacts: &Contacts{}}}
}

// Scope returns the scope of the names that are fixed at load, with the
// findings of the connections.
func (b *Bench) Scope() (*expr.Scope, hcl.Diagnostics) {
	held := map[string]cty.Value{"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive)}
	for _, all := range []map[string]string{Secrets(), b.Secrets} {
		for name, text := range all {
			if name != "unset" {
				held[name] = cty.StringVal(text).Mark(expr.Sensitive)
			}
		}
	}
	consts := map[string]cty.Value{"secret": cty.ObjectVal(held)}
	table := funcs.Table(funcs.Options{ReadFile: func(path string) ([]byte, error) { return []byte(b.Files[path]), nil }})
	var diags hcl.Diagnostics
	conns := map[string]map[string]cty.Value{"http": {}}
	for key, body := range b.Connections {
		kind, name, named := strings.Cut(key, ".")
		if !named {
			kind, name = "http", key
		}
		block := ParseBlock(b.T, fmt.Sprintf("connection %q %q {\n%s\n}\n", kind, name, body))
		found, diag := schema.FindKind("connection", actions.Connections(), block)
		if diag.HasErrors() {
			b.T.Fatal(diag)
		}
		conn := found.New()
		_, more := schema.DecodeSpec(&schema.Context{Scope: expr.NewScope(consts, table, clock.System{})}, schema.Describe(conn), block, 2)
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
	return expr.NewScope(consts, table, clock.System{}), diags
}

// Compile compiles the body of a flow, with the findings of the connections.
func (b *Bench) Compile(body string) (*flow.Flow, hcl.Diagnostics) {
	b.T.Helper()
	scope, diags := b.Scope()
	block := ParseBlock(b.T, "flow \"test\" {\ntrigger \"test\" {}\n"+body+"\n}\n")
	f, found := flow.Compile(block, scope, flow.Kinds{
		Actions:  actions.All(),
		Triggers: []flow.TriggerKind{{Name: "test", New: func() flow.Trigger { return &trigger{} }}},
	})
	return f, append(diags, found...)
}

// MustCompile is compile for a flow that has no errors.
func (b *Bench) MustCompile(body string) *flow.Flow {
	b.T.Helper()
	f, diags := b.Compile(body)
	if diags.HasErrors() {
		b.T.Fatalf("%s\n%v", body, diags.Errs())
	}
	if diags := b.BindCallees(f); diags.HasErrors() {
		b.T.Fatal(diags)
	}
	found, diags := sensitivity.Analyze([]*flow.Flow{f}, func(*flow.Callee) *flow.Flow { return nil })
	if diags.HasErrors() {
		b.T.Fatal(diags)
	}
	found.Apply(f)
	return f
}

// ParseBlock parses the one block of a text.
func ParseBlock(t *testing.T, src string) *hclsyntax.Block {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%v", src, diags)
	}
	return file.Body.(*hclsyntax.Body).Blocks[0]
}

// Result is the outcome of a run, with its outputs, records and log lines.
type Result struct {
	flow.Outcome
	mu      sync.Mutex
	Outputs map[string]any
	Records []*flow.Record
	Lines   []LogLine
}

// LogLine is a line that an action wrote to the log.
type LogLine struct {
	Level, Message string
	Fields         map[string]any
}

// Log keeps a line of action "log".
func (r *Result) Log(_, level, message string, fields map[string]any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Lines = append(r.Lines, LogLine{level, message, fields})
}

// LogRetry drops the line.
func (r *Result) LogRetry(*flow.Call, *flow.Error, time.Duration) {}

// Attempts tells how often an action was tried.
func (r *Result) Attempts(action string) int {
	for _, rec := range r.Records {
		if rec.Step.Name == action {
			return rec.Attempts
		}
	}
	return 0
}

// Run opens the flow and runs it once on a JSON body.
func (b *Bench) Run(ctx context.Context, f *flow.Flow, body string) *Result {
	b.T.Helper()
	v, err := value.Decode([]byte(body), value.Limits{})
	if err != nil {
		b.T.Fatal(err)
	}
	return b.RunEvent(ctx, f, Event{Body: v, Raw: body})
}

// RunEvent opens the flow and runs it once on an event.
func (b *Bench) RunEvent(ctx context.Context, f *flow.Flow, e flow.Event) *Result {
	b.T.Helper()
	var pool flow.Pool
	lease := pool.Lease(flow.Settings{Clock: clock.System{}, Version: "1.2.3", Egress: b.Egress, AllowExec: b.AllowExec, AllowPaths: b.AllowPaths})
	defer lease.Close()
	f.Walk(func(s *flow.Step) {
		if o, ok := s.Action.(flow.Opener); ok {
			if err := o.Open(lease); err != nil {
				b.T.Fatal(err)
			}
		}
	})
	res := &Result{Outputs: map[string]any{}}
	res.Outcome = flow.Execute(ctx, &flow.Run{
		ID: "01run", Attempt: 1, Started: time.Now(), Flow: f, Event: e, Logger: res, Services: b.Services, Clock: clock.System{},
		Journal: resultJournal{result: res},
	})
	return res
}

// resultJournal collects the records and outputs of a run.
type resultJournal struct {
	flow.NoJournal
	result *Result
}

// Done keeps a record and its output.
func (j resultJournal) Done(rec *flow.Record) {
	j.result.mu.Lock()
	defer j.result.mu.Unlock()
	j.result.Records = append(j.result.Records, rec)
	if rec.State == flow.Succeeded && !rec.EndedRun {
		j.result.Outputs[rec.Step.Name] = rec.Output
	}
}

// Action writes an action called "example".
func Action(kind, body string) string {
	return fmt.Sprintf("action %q \"example\" {\n%s\n}\n", kind, body)
}

// MustSucceed compiles and runs one action that must succeed, and returns its outputs
// as plain values.
func (b *Bench) MustSucceed(kind, body, input string) map[string]any {
	b.T.Helper()
	res := b.Run(b.T.Context(), b.MustCompile(Action(kind, body)), input)
	if res.State != flow.Succeeded {
		b.T.Fatalf("the run failed: %v", res.Err)
	}
	out, _ := valuetest.Clone(res.Outputs["example"]).(map[string]any)
	return out
}

// MustFail compiles and runs one action that must fail.
func (b *Bench) MustFail(kind, body, input string) *flow.Error {
	b.T.Helper()
	res := b.Run(b.T.Context(), b.MustCompile(Action(kind, body)), input)
	if res.State != flow.Failed || res.Err == nil {
		b.T.Fatalf("state %q and no error", res.State)
	}
	return res.Err
}

// AddMailServer adds the connection "mail" to a mail server, with further
// attributes.
func (b *Bench) AddMailServer(s *smtpd.Server, attributes ...string) {
	b.Files["mail-ca.pem"] = s.Certificate.Cert
	lines := append([]string{`host = "localhost"`, fmt.Sprintf("port = %d", s.Port), `from = "Shop <shop@example.com>"`}, attributes...)
	if text := strings.Join(lines, "\n"); !strings.Contains(text, `"none"`) && !strings.Contains(text, "certificates") {
		lines = append(lines, `certificates { ca = file("mail-ca.pem") }`)
	}
	b.Connections["smtp.mail"] = strings.Join(lines, "\n")
}
