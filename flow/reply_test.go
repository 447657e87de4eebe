package flow_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// answer is a block that holds a configured response, as triggers have it.
type answer struct{ flow.Reply }

func (a *answer) Describe(s *schema.Spec) {
	s.Doc = "An answer."
	a.DescribeReply(s)
}

func decodeReply(t *testing.T, body string) (*answer, hcl.Diagnostics) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte("response {\n"+body+"\n}\n"), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	scope := expr.NewScope(nil, nil, clock.System{}).With("webhook", cty.DynamicPseudoType)
	a := &answer{}
	return a, schema.Decode(&schema.Context{Scope: scope}, a, file.Body.(*hclsyntax.Body).Blocks[0])
}

// env holds a body as a run would.
type env struct{ body any }

func (e env) Value(string) any { return map[string]any{"body": e.body} }

func TestReplyBuild(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hcl string
		body      any
		fallback  int // the status where the file gives none
		status    int
		kind, out string
	}{
		{"nothing", "", nil, 200, 200, "", ""},
		{"fixed text", `body = "ok"`, nil, 200, 200, "text/plain; charset=utf-8", "ok"},
		{"fixed text, other status", `body = "ok"`, nil, 500, 500, "text/plain; charset=utf-8", "ok"},
		{"fixed status", "status = 202\njson = { a = 1 }", nil, 500, 202, "application/json", `{"a":1}`},
		{"of the run", `json = webhook.body`, []any{"x", nil}, 200, 200, "application/json", `["x",null]`},
		{"null text", `body = webhook.body`, nil, 200, 200, "text/plain; charset=utf-8", ""},
		{"own type", "body = \"<p>\"\nheaders = { Content-Type = \"text/html\" }", nil, 200, 200, "text/html", "<p>"},
		{"fixed bytes", `body_base64 = "AP/+DQo="`, nil, 200, 200, "application/octet-stream", "\x00\xff\xfe\r\n"},
		{"bytes of the run, own type", "body_base64 = webhook.body\nheaders = { Content-Type = \"image/gif\" }", "/w==", 200, 200, "image/gif", "\xff"},
		{"null bytes", `body_base64 = webhook.body`, nil, 200, 200, "application/octet-stream", ""},
		{"status without a body", "status = webhook.body\nbody = \"x\"", 204, 200, 204, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, diags := decodeReply(t, c.hcl)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			for range 2 {
				got, err := a.Build(t.Context(), env{c.body}, c.fallback)
				if err != nil {
					t.Fatal(err)
				}
				if got.Status != c.status || got.Header.Get("Content-Type") != c.kind || string(got.Body) != c.out {
					t.Errorf("%d %v %q", got.Status, got.Header, got.Body)
				}
			}
		})
	}
}

// TestReplyIsPreparedOnce: an answer that depends on nothing is made at load.
func TestReplyIsPreparedOnce(t *testing.T) {
	t.Parallel()
	a, _ := decodeReply(t, "json = { a = [1, 2] }\nheaders = { X-A = \"b\" }")
	first, err := a.Build(t.Context(), nil, 200)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := a.Build(t.Context(), nil, 200); again != first {
		t.Error("an answer that is always the same is made anew")
	}
	if other, _ := a.Build(t.Context(), nil, 500); other == first || other.Status != 500 || first.Status != 200 {
		t.Errorf("statuses %d and %d", other.Status, first.Status)
	}
}

func TestReplyFindings(t *testing.T) {
	t.Parallel()
	cases := []struct{ hcl, want string }{
		{"json = 1\nbody = \"x\"", "Two bodies"},
		{"status = 600", "Wrong status"},
		{"status = 304\nbody = \"x\"", "Answer without a body"},
		{"headers = { Connection = \"close\" }", "Wrong header"},
		{"headers = { X-A = \"a\\r\\nb\" }", "Wrong header"},
	}
	for _, c := range cases {
		if _, diags := decodeReply(t, c.hcl); len(diags) != 1 || !strings.HasPrefix(diags[0].Summary, c.want) {
			t.Errorf("%s: findings %v", c.hcl, diags)
		}
	}
	a, _ := decodeReply(t, "status = 404")
	if status, known := a.ConstantStatus(); status != 404 || !known {
		t.Errorf("status %d, known %v", status, known)
	}
	if b, _ := decodeReply(t, "status = webhook.body"); b != nil {
		if _, known := b.ConstantStatus(); known {
			t.Error("a status of the run is known at load")
		}
	}
}

func TestReplyFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		hcl  string
		body any
	}{
		{"status = webhook.body", 199},
		{"status = webhook.body", "x"},
		{"headers = { X-A = webhook.body }", "a\nb"},
		{"body = webhook.body", []any{}},
		{"json = webhook.body * 1e900 * 1e900", 1},
	}
	for _, c := range cases {
		a, _ := decodeReply(t, c.hcl)
		got, err := a.Build(t.Context(), env{c.body}, 200)
		if err == nil || flow.AsError(err).Class != flow.Invalid {
			t.Errorf("%s of %v: %v, %v", c.hcl, c.body, got, err)
		}
	}
}

// TestReplyBytes: wrong base64 is found at load if it is known then, and fails
// the run otherwise.
func TestReplyBytes(t *testing.T) {
	t.Parallel()
	for hcl, want := range map[string]string{
		`body_base64 = "AP/"`:                  "Wrong body",
		"body_base64 = \"eA==\"\nbody = \"x\"": "Two bodies",
		"body_base64 = \"eA==\"\njson = {}":    "Two bodies",
		"body_base64 = \"eA==\"\nstatus = 204": "Answer without a body",
	} {
		if _, diags := decodeReply(t, hcl); len(diags) != 1 || diags[0].Summary != want {
			t.Errorf("%s: %v, want %s", hcl, diags, want)
		}
	}
	a, diags := decodeReply(t, `body_base64 = webhook.body`)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if _, err := a.Build(t.Context(), env{"s3cret"}, 200); err == nil || !strings.Contains(err.Error(), "not base64") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("wrong base64 gives %v", err)
	}
}
