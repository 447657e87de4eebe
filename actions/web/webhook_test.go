package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// tagged stands for a trigger whose flows have a contact.
type tagged struct{}

func (*tagged) Describe(s *schema.Spec) { s.Doc = "Starts a run for a contact." }

func (*tagged) Roots() map[string]cty.Type {
	return map[string]cty.Type{"contact": cty.Object(map[string]cty.Type{
		"email": cty.String, "fields": cty.DynamicPseudoType, "tags": cty.List(cty.String),
	})}
}

func (*tagged) Parts(string) flow.Parts { return flow.Parts{} }

// person is an event of such a flow.
type person map[string]any

func (p person) Value(root string) any {
	if root != "contact" {
		return nil
	}
	return map[string]any{"email": "Jörg+1@example.com", "fields": map[string]any(p), "tags": []any{}}
}

func (p person) Input() any { return p.Value("contact") }

// compileWebhook compiles one action of a flow with a contact.
func compileWebhook(b *actiontest.Bench, body string) (*flow.Flow, string) {
	b.T.Helper()
	scope, _ := b.Scope()
	block := actiontest.ParseBlock(b.T, "flow \"crm\" {\ntrigger \"tagged\" {}\n"+actiontest.Action("webhook", body)+"\n}\n")
	f, diags := flow.Compile(block, scope, flow.Kinds{
		Actions:  actions.All(),
		Triggers: []flow.TriggerKind{{Name: "tagged", New: func() flow.Trigger { return &tagged{} }}},
	})
	if len(diags) > 0 {
		return f, diags[0].Summary + ": " + diags[0].Detail
	}
	return f, ""
}

// TestWebhookValuesArriveUnharmed sends tricky texts in each place that a
// value can take.
func TestWebhookValuesArriveUnharmed(t *testing.T) {
	t.Parallel()
	all := actiontest.TrickyTexts()
	all["placeholder"], all["of the other"], all["query"] = "__vorname__ __email__", "a__source__b", "a=1&b=2;c=3#d?e"
	all["percent"], all["plus"], all["slashes"] = "100% %41", "1+1 = 2", "a/b/c"
	for name, text := range all {
		server := actiontest.Serve(t, nil)
		b := actiontest.New(t)
		input := valuetest.EncodeJSON(t, map[string]any{"vorname": text, "source": "quelle"})
		fields := "field \"vorname\" {}\nfield \"source\" {}\n"
		b.MustSucceed("webhook", "url = \""+server.URL+"/q/__source__?v=__vorname__&fixed=1\"\n"+fields, input)
		b.MustSucceed("webhook", "url = \""+server.URL+"/?fixed=1\"\nmethod = \"GET\"\n"+fields, input)
		b.MustSucceed("webhook", "url = \""+server.URL+"\"\nencoding = \"json\"\n"+fields, input)
		if text != "" {
			b.MustSucceed("webhook", "url = \""+server.URL+"/p/__vorname__/end\"\n"+fields, input)
		}
		seen := server.Requests()
		target := func(i int) *url.URL {
			u, err := url.ParseRequestURI(seen[i].URI)
			if err != nil {
				t.Fatalf("%s: %q: %v", name, seen[i].URI, err)
			}
			return u
		}
		if u := target(0); u.Query().Get("v") != text || u.Query().Get("fixed") != "1" || u.Path != "/q/quelle" {
			t.Errorf("%s: query by a placeholder: %s", name, seen[0].URI)
		}
		if form, err := url.ParseQuery(seen[0].Body); err != nil || form.Get("vorname") != text || form.Get("source") != "quelle" || len(form) != 2 {
			t.Errorf("%s: form: %q, %v", name, seen[0].Body, err)
		}
		if q := target(1).Query(); seen[1].Method != "GET" || seen[1].Body != "" || q.Get("vorname") != text || q.Get("fixed") != "1" || len(q) != 3 {
			t.Errorf("%s: GET: %s", name, seen[1].URI)
		}
		var object map[string]string
		if err := json.Unmarshal([]byte(seen[2].Body), &object); err != nil || object["vorname"] != text {
			t.Errorf("%s: JSON: %q, %v", name, seen[2].Body, err)
		}
		if text != "" {
			if u := target(3); u.Path != "/p/"+text+"/end" || strings.Count(u.EscapedPath(), "/") != 3 {
				t.Errorf("%s: path: %s", name, seen[3].URI)
			}
		}
	}
}

func TestWebhookFields(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, input, body string }{
		{"of the body", "field \"a\" {}", `{"a": 1.50}`, "a=1.5"},
		{"under another name", "field \"a\" { param = \"x[y]\" }", `{"a": "b c"}`, "x%5By%5D=b+c"},
		{"a value of its own", "field \"a\" { value = upper(webhook.body.b) }", `{"b": "x"}`, "a=X"},
		{"missing", "field \"a\" {}\nfield \"b\" {}", `{"b": 1}`, "b=1"},
		{"null", "field \"a\" {}\nfield \"b\" {}", `{"a": null, "b": 1}`, "b=1"},
		{"default", "field \"a\" { default = \"d\" }", `{}`, "a=d"},
		{"default for null", "field \"a\" {\nvalue = webhook.body.b\ndefault = webhook.body.c\n}", `{"b": null, "c": 2}`, "a=2"},
		{"empty is a value", "field \"a\" { default = \"d\" }", `{"a": ""}`, "a="},
		{"false is a value", "field \"a\" { default = true }", `{"a": false}`, "a=false"},
		{"list", "field \"a\" {}", `{"a": [1, null, "x"]}`, "a=1&a=x"},
		{"JSON", "encoding = \"json\"\nfield \"a\" {}\nfield \"b\" {}", `{"a": {"x": [1, null]}}`, `{"a":{"x":[1,null]}}`},
		{"a name like a part of the request", "field \"url\" {}", `{"url": "https://x"}`, "url=https%3A%2F%2Fx"},
		{"a name in quotes", "field \"a\\\"b\" {}", `{"a\"b": 1}`, "a%22b=1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			actiontest.New(t).MustSucceed("webhook", "url = \""+server.URL+"\"\n"+c.hcl, c.input)
			got := server.OnlyRequest(t)
			if got.Body != c.body || got.Header.Get("Idempotency-Key") != "01run/example" {
				t.Errorf("sent %q with %v, want %q", got.Body, got.Header, c.body)
			}
		})
	}
}

func TestWebhookOfAContact(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, uri, body string }{
		{"the address is always sent", "field \"city\" {}", "/", "city=K%C3%B6ln&email=J%C3%B6rg%2B1%40example.com"},
		{"nothing but the address", "", "/", "email=J%C3%B6rg%2B1%40example.com"},
		{"under another name", "field \"email\" { param = \"mail\" }", "/", "mail=J%C3%B6rg%2B1%40example.com"},
		{"in the URL", "field \"missing\" {}", "/?e=__email__", "email=J%C3%B6rg%2B1%40example.com"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			b := actiontest.New(t)
			f, found := compileWebhook(b, "url = \""+server.URL+c.uri+"\"\n"+c.hcl)
			if found != "" {
				t.Fatal(found)
			}
			openSteps(b, f)
			res := executeAs(b, f, "01run", person{"city": "Köln"})
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			got := server.Requests()[len(server.Requests())-1]
			if uri := strings.Replace(c.uri, "__email__", "J%C3%B6rg%2B1%40example.com", 1); got.Body != c.body || got.URI != uri {
				t.Errorf("sent %q to %s", got.Body, got.URI)
			}
		})
	}
}

// openSteps opens the resources of a flow's actions.
func openSteps(b *actiontest.Bench, f *flow.Flow) {
	b.T.Helper()
	var pool flow.Pool
	lease := pool.Lease(flow.Settings{Clock: clock.System{}, Version: "1.2.3", Egress: b.Egress})
	b.T.Cleanup(lease.Close)
	f.Walk(func(s *flow.Step) {
		if o, ok := s.Action.(flow.Opener); ok {
			if err := o.Open(lease); err != nil {
				b.T.Fatal(err)
			}
		}
	})
}

// executeAs runs a flow that was opened as a run of its own.
func executeAs(b *actiontest.Bench, f *flow.Flow, id string, e flow.Event) flow.Outcome {
	return flow.Execute(context.Background(), &flow.Run{ID: id, Attempt: 1, Flow: f, Event: e, Services: b.Services, Clock: clock.System{}})
}

func TestWebhookFails(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, input, message string }{
		{"no value in the URL", "url = \"HOST/?a=__a__\"\nfield \"a\" {}", `{}`, `the field "a", which has no value; give it a default`},
		{"nothing in the path", "url = \"HOST/u/__a__\"\nfield \"a\" {}", `{"a": ""}`, "empty"},
		{"a step up", "url = \"HOST/u/__a__/x\"\nfield \"a\" {}", `{"a": ".."}`, "leads elsewhere"},
		{"steps up", "url = \"HOST/u/__a__\"\nfield \"a\" {}", `{"a": "../../admin"}`, "leads elsewhere"},
		{"half a step", "url = \"HOST/u/.__a__/x\"\nfield \"a\" {}", `{"a": "."}`, "leads elsewhere"},
		{"an object in the URL", "url = \"HOST/?a=__a__\"\nfield \"a\" {}", `{"a": {}}`, "an object"},
		{"an object in a form", "url = \"HOST\"\nfield \"a\" {}", `{"a": {}}`, "jsonencode"},
		{"a missing member that is named", "url = \"HOST\"\nfield \"a\" { value = webhook.body.b }", `{}`, "b"},
		{"an unsigned header", "url = \"HOST\"\nfield \"a\" {}\nsign \"hmac\" {\nsecret = secret.shop_token\nheader = \"X-Sig\"\npayload = \"${webhook.headers[\"X-No\"]}${webhook.raw}\"\n}", `{"a": 1}`, "X-No"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			err := actiontest.New(t).MustFail("webhook", strings.ReplaceAll(c.hcl, "HOST", server.URL), c.input)
			if err.Class != flow.Invalid || !strings.Contains(err.Message, c.message) || len(server.Requests()) != 0 {
				t.Errorf("got %s %q after %d requests", err.Class, err.Message, len(server.Requests()))
			}
		})
	}
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"id": 12345678901234567890}`))
	})
	b := actiontest.New(t)
	f := b.MustCompile(actiontest.Action("webhook", "url = \""+server.URL+"\"\nfield \"a\" { value = 1 }") +
		`action "log" "after" { message = "${action.example.status} ${action.example.headers["content-TYPE"]} ${action.example.body.id} ${action.example.throttled}" }`)
	res := b.Run(t.Context(), f, "{}")
	if res.Err != nil || res.Lines[0].Message != "202 application/json 12345678901234567890 false" {
		t.Errorf("got %v, %v", res.Lines, res.Err)
	}
	kept := valuetest.DecodeJSON(t, valuetest.EncodeJSON(t, res.Outputs["example"]))
	restored, _ := f.Actions[0].Traits.Restore(kept).(map[string]any)
	if headers, ok := restored["headers"].(value.Object); !ok || joinedHeader(headers, "content-type") != "application/json" {
		t.Errorf("what was kept is restored as %v", restored)
	}
	b.Connections["shop"] = "base_url = \"" + server.URL + "\"\nbasic {\n username = \"shop\"\n password = secret.shop_password\n}"
	err := b.MustFail("webhook", "connection = connection.http.shop\nurl = \"/no\"\nfield \"a\" { value = 1 }\nretry {\nattempts = 3\ninitial = \"1ms\"\n}", "{}")
	if err.Class != flow.Transient || err.Reason != flow.Reason429 || strings.Contains(err.Message, actiontest.Secrets()["shop_password"]) {
		t.Errorf("got %+v", err)
	}
	seen := lastOf(server, 3)
	for _, s := range seen {
		if user, password, ok := (&http.Request{Header: s.Header}).BasicAuth(); !ok || user != "shop" || password != actiontest.Secrets()["shop_password"] || s.Header.Get("Idempotency-Key") != "01run/example" {
			t.Errorf("sent with %v", s.Header)
		}
	}
}

func joinedHeader(h value.Object, name string) any {
	v, _ := h.Get(name)
	return v
}

// TestWebhookHidesItsURL: a URL that is a secret is in no error.
func TestWebhookHidesItsURL(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	b := actiontest.New(t)
	b.Secrets["url"] = server.URL + "/token-of-the-hook/__a__"
	err := b.MustFail("webhook", "url = secret.url\nfield \"a\" { value = \"x\" }", "{}")
	if text := err.Message; err.Class != flow.Permanent || strings.Contains(text, "token-of") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("got %s %q", err.Class, text)
	}
	if server.OnlyRequest(t).URI != "/token-of-the-hook/x" {
		t.Errorf("sent to %s", server.OnlyRequest(t).URI)
	}
}

// TestWebhookSigned: a check of another gateway accepts the signature of the
// action.
func TestWebhookSigned(t *testing.T) {
	t.Parallel()
	const settings = "secret = secret.shop_token\nheader = \"X-Signature\"\nprefix = \"v0=\"\ntimestamp_header = \"X-Timestamp\"\n" +
		"payload = \"v0:${webhook.headers[\"X-Timestamp\"]}:${webhook.headers[\"idempotency-key\"]}:${webhook.raw}\"\n"
	b := actiontest.New(t)
	check := decodeCheck(t, b, "hmac", settings)
	for _, more := range []string{"", "method = \"GET\"\n", "encoding = \"json\"\n"} {
		server := actiontest.Serve(t, nil)
		b.MustSucceed("webhook", "url = \""+server.URL+"\"\n"+more+"field \"a\" {}\nsign \"hmac\" {\n"+settings+"}", `{"a": "Größe & =\n\"__a__\" 🚀"}`)
		got := server.OnlyRequest(t)
		now := auth.Request{Header: got.Header, Body: []byte(got.Body), Now: startOf(t, got)}
		if err := check.Verify(t.Context(), &now); err != nil {
			t.Errorf("%q is refused: %v", got.Body, err)
		}
		now.Body = append(now.Body, ' ')
		if err := check.Verify(t.Context(), &now); err == nil {
			t.Error("a changed body is let in")
		}
	}
}

func decodeCheck(t *testing.T, b *actiontest.Bench, kind, body string) auth.Check {
	t.Helper()
	scope, _ := b.Scope()
	scope = scope.With("webhook", cty.Object(map[string]cty.Type{"headers": cty.Map(cty.String), "raw": cty.String}))
	for _, k := range auth.All() {
		if k.Name != kind {
			continue
		}
		check := k.New()
		if _, diags := schema.DecodeSpec(&schema.Context{Scope: scope}, schema.Describe(check), actiontest.ParseBlock(t, "auth \""+kind+"\" {\n"+body+"\n}"), 1); len(diags) > 0 {
			t.Fatal(diags)
		}
		return check
	}
	t.Fatalf("there is no auth %q", kind)
	return nil
}
