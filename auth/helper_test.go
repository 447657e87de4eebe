package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// trigger stands for a trigger that declares auth blocks.
type trigger struct {
	checks []Check
}

func (t *trigger) Describe(s *schema.Spec) {
	schema.Kinds(s, "auth", "Who is let in.", All(), func(_ *hclsyntax.Block, c Check) { t.checks = append(t.checks, c) })
}

// testScope knows what a trigger declares before it decodes its auth blocks.
func testScope() *expr.Scope {
	sensitive := func(text string) cty.Value { return cty.StringVal(text).Mark(expr.Sensitive) }
	secrets := map[string]cty.Value{
		"key":   sensitive("correct horse battery"),
		"old":   sensitive("staple of yesterday"),
		"empty": sensitive(""),
		"line":  sensitive("broken\nby a line"),
		"space": sensitive(" correct horse battery"),
		"short": sensitive("hunter2"),
		"long":  sensitive(jwtSecret),
		"rfc":   sensitive(rfcSecret),
		"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
	}
	webhook := cty.Object(map[string]cty.Type{
		"headers": cty.Map(cty.String), "raw": cty.String, "method": cty.String, "url": cty.String,
		"remote_ip": cty.String, "body": cty.DynamicPseudoType,
	})
	return expr.NewScope(
		map[string]cty.Value{
			"secret": cty.ObjectVal(secrets),
			"local":  cty.ObjectVal(map[string]cty.Value{"version": cty.StringVal("v0"), "number": cty.NumberIntVal(7), "null": cty.NullVal(cty.String)}),
		},
		map[string]function.Function{"lower": stdlib.LowerFunc, "trimspace": stdlib.TrimSpaceFunc},
		clock.System{},
	).With("webhook", webhook)
}

// decode decodes one auth block whose body begins at line 2, and fails unless
// there is a check.
func decode(t testing.TB, kind, body string) (Check, hcl.Diagnostics) {
	t.Helper()
	return decodeIn(t, testScope(), kind, body)
}

func decodeIn(t testing.TB, scope *expr.Scope, kind, body string) (Check, hcl.Diagnostics) {
	t.Helper()
	src := fmt.Sprintf("trigger {\nauth %q {\n%s\n}\n}\n", kind, body)
	f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.Pos{Line: 0, Column: 1})
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, src)
	}
	v := &trigger{}
	diags = schema.Decode(&schema.Context{Scope: scope}, v, f.Body.(*hclsyntax.Body).Blocks[0])
	if len(v.checks) != 1 {
		t.Fatalf("%d checks: %v", len(v.checks), diags)
	}
	return v.checks[0], diags
}

// mustDecode decodes a block without any finding.
func mustDecode(t testing.TB, kind, body string) Check {
	t.Helper()
	c, diags := decode(t, kind, body)
	if len(diags) > 0 {
		t.Fatalf("findings: %v", diags)
	}
	return c
}

// finding is an expected finding.
type finding struct {
	name, body      string
	severity        hcl.DiagnosticSeverity
	summary, detail string
	at              string // line:column-line:column
}

// checkFindings decodes bodies, each of which must give the one finding of its
// case.
func checkFindings(t *testing.T, kind string, cases []finding) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, diags := decode(t, kind, tc.body)
			if len(diags) != 1 {
				t.Fatalf("%d findings, want one: %v", len(diags), diags)
			}
			d := diags[0]
			if d.Severity != tc.severity || d.Summary != tc.summary || !strings.Contains(d.Detail, tc.detail) {
				t.Errorf("found (%d) %q: %q\nwant (%d) %q: …%q…", d.Severity, d.Summary, d.Detail, tc.severity, tc.summary, tc.detail)
			}
			if got := place(d.Subject); got != tc.at {
				t.Errorf("found at %s, want %s", got, tc.at)
			}
			for _, secret := range []string{"correct", "staple", "broken", "hunter"} {
				if strings.Contains(d.Summary+d.Detail, secret) {
					t.Errorf("the finding holds a secret: %q", d.Detail)
				}
			}
		})
	}
}

func place(r *hcl.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

// attempt is a request and the expected reason of its refusal.
type attempt struct {
	name    string
	request *Request
	why     string // "" where it is let in
}

// verifier is the part of a Check that checkAttempts uses.
type verifier interface {
	Verify(ctx context.Context, r *Request) error
}

// checkAttempts verifies each request.
func checkAttempts(t *testing.T, c verifier, cases []attempt) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := c.Verify(context.Background(), tc.request); err != nil {
				got = err.Error()
			}
			if got != tc.why {
				t.Errorf("refused with %q, want %q", got, tc.why)
			}
		})
	}
}

// noon is the time of the requests.
func noon() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

// withHeader makes a request with header fields, given as pairs of
// name and value.
func withHeader(fields ...string) *Request {
	r := &Request{Header: http.Header{}, Query: url.Values{}, Now: noon()}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// withBody is withHeader with a body.
func withBody(body string, fields ...string) *Request {
	r := withHeader(fields...)
	r.Body = []byte(body)
	return r
}
