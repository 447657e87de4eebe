package triggers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

const longSecret = "0123456789abcdef0123456789abcdef"

func testScope() *expr.Scope {
	sensitive := func(text string) cty.Value { return cty.StringVal(text).Mark(expr.Sensitive) }
	return expr.NewScope(map[string]cty.Value{
		"secret": cty.ObjectVal(map[string]cty.Value{
			"key":   sensitive("correct-horse-battery"),
			"long":  sensitive(longSecret),
			"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
		}),
		"local": cty.ObjectVal(map[string]cty.Value{
			"mode": cty.StringVal("sync"), "null": cty.NullVal(cty.String), "unset": cty.UnknownVal(cty.Number),
		}),
	}, funcs.Table(funcs.Options{}), clock.System{})
}

// load decodes the body of a trigger, which begins at line 1. A mode is added
// where the body says none.
func load(t testing.TB, body string) (*webhook, hcl.Diagnostics) {
	t.Helper()
	if !strings.Contains(body, "mode") {
		body += "\nmode = \"sync\""
	}
	return loadWhole(t, "trigger \"webhook\" {\n"+body+"\n}\n")
}

// loadWhole decodes a trigger block, whose head stands in line 0.
func loadWhole(t testing.TB, src string) (*webhook, hcl.Diagnostics) {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.Pos{Line: 0, Column: 1})
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, src)
	}
	trigger := All(auth.All())[0].New()
	w := trigger.(*webhook)
	_, diags = schema.DecodeSpec(&schema.Context{Scope: testScope()}, schema.Describe(w), f.Body.(*hclsyntax.Body).Blocks[0], 1)
	return w, diags
}

// mustLoad decodes a body without any finding.
func mustLoad(t testing.TB, body string) *webhook {
	t.Helper()
	w, diags := load(t, body)
	if len(diags) > 0 {
		t.Fatalf("%v in\n%s", diags, body)
	}
	return w
}

// sent is a request of a test.
type sent struct {
	method string // POST where ""
	url    string // / where ""
	typ    string // Content-Type; none where ""
	header http.Header
	body   string
	reader io.Reader // instead of body
	length int64     // Content-Length; that of body where 0, unknown with a reader
	path   map[string]string
	ip     string
	limits flow.Limits
	memory func([]byte) bool // Incoming.TakeMemory
	rate   func(string, flow.Rate) *flow.Problem
	kept   *keptSecrets // of handshakes; none where nil
}

// keptSecrets keeps the first secret, as the gateway does.
type keptSecrets struct{ secret string }

func (k *keptSecrets) Secret(context.Context, string) (string, error) { return k.secret, nil }

func (k *keptSecrets) Keep(_ context.Context, _, secret string) error {
	if k.secret != "" && k.secret != secret {
		return flow.ErrHandshakeDone
	}
	k.secret = secret
	return nil
}

var testTime = time.Date(2026, 1, 5, 10, 0, 0, 123456789, time.FixedZone("CET", 3600))

func (s sent) to(t testing.TB, w *webhook) (flow.Event, *flow.Problem) {
	t.Helper()
	if s.method == "" {
		s.method = http.MethodPost
	}
	if s.url == "" {
		s.url = "/"
	}
	var reader io.Reader = bytes.NewReader([]byte(s.body))
	if s.reader != nil {
		reader = s.reader
	}
	r, err := http.NewRequestWithContext(context.Background(), s.method, s.url, reader)
	if err != nil {
		t.Fatal(err)
	}
	r.RequestURI, r.Host = s.url, "hooks.example.com"
	if s.reader != nil {
		r.ContentLength = -1
	}
	if s.length != 0 {
		r.ContentLength = s.length
	}
	if s.header != nil {
		r.Header = s.header.Clone()
	}
	if s.typ != "" {
		r.Header.Set("Content-Type", s.typ)
	}
	in := flow.Incoming{PathValues: s.path, ReceivedAt: testTime, Limits: s.limits, TakeMemory: s.memory, TakeRate: s.rate, RemoteIP: netip.MustParseAddr("192.0.2.7")}
	if s.ip != "" {
		in.RemoteIP = netip.MustParseAddr(s.ip)
	}
	in.Handshakes = &keptSecrets{}
	if s.kept != nil {
		in.Handshakes = s.kept
	}
	if in.Limits.Body == 0 {
		in.Limits.Body = 1 << 20
	}
	return w.Accept(r, in)
}

// accepted sends a request that must be accepted.
func (s sent) accepted(t testing.TB, w *webhook) flow.Event {
	t.Helper()
	e, problem := s.to(t, w)
	if problem != nil {
		t.Fatalf("refused: %v %+v", problem, problem.Faults)
	}
	return e
}

// refused sends a request that must be refused with a status.
func (s sent) refused(t testing.TB, w *webhook, status int) *flow.Problem {
	t.Helper()
	e, problem := s.to(t, w)
	if problem == nil {
		t.Fatalf("accepted: %+v", e)
	}
	if problem.Status != status {
		t.Fatalf("status %d, want %d: %v %+v", problem.Status, status, problem, problem.Faults)
	}
	if problem.Detail == "" || problem.Outcome == "" {
		t.Errorf("a problem without its texts: %+v", problem)
	}
	return problem
}

// read returns a member of webhook in an event, as JSON.
func read(t testing.TB, e flow.Event, name string) string {
	t.Helper()
	v, ok := e.Value("webhook").(value.Object).Get(name)
	if !ok {
		t.Fatalf("webhook has no %q", name)
	}
	return asJSON(t, v)
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := value.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wantFinding fails unless the findings hold exactly one error, at a line and
// with a text.
func wantFinding(t testing.TB, diags hcl.Diagnostics, line int, text string) {
	t.Helper()
	var errs hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errs = append(errs, d)
		}
	}
	if len(errs) != 1 {
		t.Fatalf("%d errors, want one with %q: %v", len(errs), text, diags)
	}
	if got := errs[0].Summary + ": " + errs[0].Detail; !strings.Contains(got, text) {
		t.Errorf("finding %q, want %q in it", got, text)
	}
	if errs[0].Subject.Start.Line != line {
		t.Errorf("finding at line %d, want %d: %v", errs[0].Subject.Start.Line, line, errs[0])
	}
}
