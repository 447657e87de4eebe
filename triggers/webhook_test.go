package triggers

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

func TestWebhookParts(t *testing.T) {
	t.Parallel()
	parts := (&webhook{}).Parts("orders")
	if parts.HTTP == nil || parts.Codec == nil || parts.Clock != nil || parts.Tag != nil || parts.Call != nil {
		t.Errorf("the parts of a webhook are %+v", parts)
	}
}

func TestAllKinds(t *testing.T) {
	t.Parallel()
	var names []string
	for _, k := range All(auth.All()) {
		names = append(names, k.Name)
		if (k.New == nil) == (k.NotYet == "") {
			t.Errorf("%s can be made or comes later, one of the two", k.Name)
		}
	}
	if want := []string{"webhook", "schedule", "tag", "link", "flow", "failure"}; !slices.Equal(names, want) {
		t.Errorf("kinds %q, want %q", names, want)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "")
	route := w.Parts("").HTTP.Route
	if route.Path != "" || route.Rotate != 1 || !slices.Equal(route.Methods, []string{"POST"}) {
		t.Errorf("route %+v", route)
	}
	if route.Range.Start.Line != 0 {
		t.Errorf("without a path the route stands at the trigger's head, got %v", route.Range)
	}
	if w.Parts("").HTTP.Timeout != 30*time.Second {
		t.Errorf("timeout %v", w.Parts("").HTTP.Timeout)
	}
	if !w.Parts("").HTTP.NeedsRespond {
		t.Error("without a response block a respond can be missed")
	}
	got, err := w.Reply(context.Background(), nil)
	if err != nil || got.Status != http.StatusOK || string(got.Body) != "ok" {
		t.Errorf("reply %+v, %v", got, err)
	}
	sent{typ: "application/json", body: `{"a":1}`}.accepted(t, w)
	sent{typ: "application/vnd.api+json", body: `{"a":1}`}.accepted(t, w)
	_ = sent{typ: "text/plain", body: `{"a":1}`}.refused(t, w, 415)
}

// TestNoBodyToRead checks the warning about a variable that no request can have.
func TestNoBodyToRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body     string
		warnings int
	}{
		"required":        {"methods = [\"GET\"]\nvariable \"a\" { type = string }", 1},
		"two of them":     {"methods = [\"GET\", \"HEAD\"]\nvariable \"a\" {\n}\nvariable \"b\" {\n}", 2},
		"optional":        {"methods = [\"GET\"]\nvariable \"a\" { required = false }", 0},
		"with a default":  {"methods = [\"GET\"]\nvariable \"a\" { default = 1 }", 0},
		"of the query":    {"methods = [\"GET\"]\nvariable \"a\" { from = webhook.query.a }", 0},
		"POST is as well": {"methods = [\"GET\", \"POST\"]\nvariable \"a\" { type = string }", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := load(t, c.body)
			if len(diags) != c.warnings || diags.HasErrors() {
				t.Fatalf("found %v, want %d warnings", diags, c.warnings)
			}
			if c.warnings > 0 && (diags[0].Summary != "No body to read" || diags[0].Subject.Start.Line != 1) {
				t.Errorf("found %v", diags[0])
			}
		})
	}
}

func TestDeclared(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `
path    = "/orders/{region}"
methods = ["GET", "PUT"]
timeout = "5s"
mode    = local.mode
response {
  status = 202
  json   = { to = webhook.path.region }
}`)
	route := w.Parts("").HTTP.Route
	if route.Path != "/orders/{region}" || !slices.Equal(route.Methods, []string{"GET", "PUT"}) || route.Range.Start.Line != 2 {
		t.Errorf("route %+v", route)
	}
	if w.Parts("").HTTP.Timeout != 5*time.Second || w.Parts("").HTTP.NeedsRespond {
		t.Errorf("timeout %v, needs respond %v", w.Parts("").HTTP.Timeout, w.Parts("").HTTP.NeedsRespond)
	}
	e := sent{path: map[string]string{"region": "eu"}}.accepted(t, w)
	got, err := w.Reply(context.Background(), e)
	if err != nil || got.Status != 202 || string(got.Body) != `{"to":"eu"}` {
		t.Errorf("reply %+v, %v", got, err)
	}
	if rotated := mustLoad(t, "rotate = 3"); rotated.Parts("").HTTP.Route.Rotate != 3 {
		t.Errorf("rotate %d", rotated.Parts("").HTTP.Route.Rotate)
	}
}

func TestWrongDeclarations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		line int
		want string
	}{
		"no such mode":      {"mode = \"fire\"", 1, `"fire" is not one of`},
		"path without /":    {"path = \"orders\"", 1, `begins with a slash: "/orders"`},
		"empty path":        {"path = \"\"", 1, "begins with a slash"},
		"rotate zero":       {"rotate = 0", 1, "at least 1"},
		"rotate and path":   {"path = \"/a\"\nrotate = 2", 2, "Remove one of them"},
		"method lower case": {"methods = [\"post\"]", 1, `Did you mean "POST"?`},
		"unknown method":    {"methods = [\"BREW\"]", 1, "is not one of"},
		"no method":         {"methods = []", 1, "Remove it to accept POST"},
		"method twice":      {"methods = [\"POST\", \"POST\"]", 1, "given twice"},
		"type unknown":      {"content_types = [\"jason\"]", 1, `did you mean`},
		"no type":           {"content_types = []", 1, "leave it out"},
		"address":           {"allow_ips = [\"10.0.0\"]", 1, "neither an address"},
		"no addresses":      {"allow_ips = []", 1, "accepts no request"},
		"host bits":         {"allow_ips = [\"10.1.2.3/8\"]", 1, `write "10.0.0.0/8"`},
		"timeout":           {"timeout = \"0s\"", 1, "must be positive"},
		"auth kind":         {"auth \"basik\" {}", 1, `Did you mean "basic"?`},
		"auth incomplete":   {"auth \"bearer\" {}", 1, "token"},
		"response status":   {"response {\n  status = 99\n}", 2, "200 to 599"},
		"two responses":     {"response {}\nresponse {}", 2, "given twice"},
		"dedupe":            {"dedupe {}", 1, `Missing attribute: "key"`},
		"dedupe ttl":        {"dedupe {\n  key = \"a\"\n  ttl = \"1ms\"\n}", 3, "at least one second"},
		"concurrency":       {"mode = \"async\"\nconcurrency {\n  max = 0\n}", 3, "between 1 and 1000000"},
		"overflow":          {"mode = \"async\"\nconcurrency {\n  overflow = \"drop\"\n}", 3, `Did you mean "drop_oldest"?`},
		"order_by":          {"order_by = webhook.body.id", 1, "Only for async flows"},
		"rate_limit":        {"rate_limit {}", 1, "Missing attribute"},
		"challenge":         {"challenge \"slack\" {}", 1, "auth \"slack\""},
		"reads the run":     {"path = \"/${webhook.method}\"", 1, "Unknown name"},
		"typing error":      {"metods = [\"GET\"]", 1, `Did you mean "methods"?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := load(t, c.body)
			wantFinding(t, diags, c.line, c.want)
		})
	}
}

func TestModeLeftOut(t *testing.T) {
	t.Parallel()
	w, diags := loadWhole(t, "trigger \"webhook\" {\n}\n")
	if len(diags) > 0 || !w.isAsync() {
		t.Errorf("a webhook without a mode is not async: %v", diags)
	}
}

func TestAllFindingsAtOnce(t *testing.T) {
	t.Parallel()
	_, diags := load(t, "path = \"a\"\nmethods = []\ncontent_types = []\nallow_ips = [\"x\", \"y\"]\ntimeout = \"0s\"\nmode = \"async\"")
	if len(diags) != 6 {
		t.Errorf("%d findings, want 6: %v", len(diags), diags)
	}
}

func TestSecretsStayOutOfFindings(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"path = secret.key", "path = \"/a b%/${secret.key}\"", "allow_ips = [secret.key]", "content_types = [secret.key]", "methods = [secret.key]", "mode = secret.key",
	} {
		_, diags := load(t, body)
		if !diags.HasErrors() {
			t.Errorf("%s: no finding", body)
		}
		for _, d := range diags {
			if strings.Contains(d.Error(), "correct-horse") {
				t.Errorf("%s: the secret is told: %v", body, d)
			}
		}
	}
}

func TestEveryFieldHasADoc(t *testing.T) {
	t.Parallel()
	var walk func(path string, s *schema.Spec)
	walk = func(path string, s *schema.Spec) {
		if s.Doc == "" {
			t.Errorf("%s has no doc", path)
		}
		for _, f := range s.Fields() {
			if f.Doc == "" {
				t.Errorf("%s.%s has no doc", path, f.Name)
			}
			if f.Block != nil && f.Block.Spec != nil {
				walk(path+"."+f.Name, f.Block.Spec())
			}
		}
	}
	walk("webhook", schema.Describe(All(auth.All())[0].New()))
}

// shopLogin holds the credentials that the examples with a login accept.
func shopLogin() http.Header {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth("shop", "correct-horse-battery")
	return r.Header
}

func TestExamples(t *testing.T) {
	t.Parallel()
	examples := schema.Describe(All(auth.All())[0].New()).Examples()
	if len(examples) == 0 {
		t.Fatal("no examples")
	}
	for _, e := range examples {
		t.Run(e.Title, func(t *testing.T) {
			t.Parallel()
			w, diags := loadWhole(t, strings.ReplaceAll(e.HCL, "secret.shop_password", "secret.key"))
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			request := sent{typ: "application/json", body: e.Input, path: map[string]string{"region": "eu"}, header: shopLogin()}
			switch {
			case strings.Contains(e.HCL, `content_types = ["form"]`):
				request.typ, request.body = "application/x-www-form-urlencoded", formOf(t, e.Input)
			case strings.Contains(e.HCL, `content_types = ["text"]`):
				request.typ, request.body = "text/plain", textOf(t, e.Input)
			}
			got := request.accepted(t, w)
			if _, err := w.Reply(context.Background(), got); err != nil {
				t.Error(err)
			}
		})
	}
}

// formOf returns the form that is decoded to a JSON object of texts.
func formOf(t *testing.T, object string) string {
	t.Helper()
	var members map[string]string
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for name, text := range members {
		form.Set(name, text)
	}
	return form.Encode()
}

// textOf returns the text that is written as a JSON string.
func textOf(t *testing.T, quoted string) string {
	t.Helper()
	var text string
	if err := json.Unmarshal([]byte(quoted), &text); err != nil {
		t.Fatal(err)
	}
	return text
}

// TestFlow checks the names that a whole flow may read.
func TestFlow(t *testing.T) {
	t.Parallel()
	const head = `flow "f" {
  trigger "webhook" {
    path = "/orders/{region}"
    mode = "sync"
    variable "total" {
      type = number
    }
    variable "items" {
      type = list(object({ sku = string, note = optional(string) }))
    }
    variable "tags" {
      type = array
    }
    response {
      json = `
	for name, c := range map[string]struct{ value, want string }{
		"variable":         {"webhook.total + 1", ""},
		"element":          {"webhook.items[0].sku", ""},
		"splat":            {"webhook.items[*].note", ""},
		"array":            {"concat(webhook.tags, [1])", ""},
		"path":             {"webhook.path.region", ""},
		"header":           {"webhook.headers[\"X-A\"]", ""},
		"anything":         {"webhook.body.a.b[0]", ""},
		"all":              {"[webhook.method, webhook.url, webhook.remote_ip, webhook.received_at, webhook.raw, webhook.query.a]", ""},
		"unknown variable": {"webhook.totl", `Did you mean "total"?`},
		"unknown member":   {"webhook.items[0].skuu", "skuu"},
		"unknown segment":  {"webhook.path.regoin", `Did you mean "region"?`},
		"wrong type":       {"webhook.tags + 1", "number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, diags := hclsyntax.ParseConfig([]byte(head+c.value+"\n}\n}\n}\n"), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			_, diags = flow.Compile(f.Body.(*hclsyntax.Body).Blocks[0], testScope(), flow.Kinds{Triggers: All(auth.All())})
			if c.want == "" {
				if len(diags) > 0 {
					t.Error(diags)
				}
				return
			}
			wantFinding(t, diags, 15, c.want)
		})
	}
}
