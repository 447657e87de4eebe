package challenge

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// decode decodes a challenge block. Secrets have the values of set; without values
// they are not set.
func decode(t *testing.T, kind, body string, set map[string]string) (Challenge, hcl.Diagnostics) {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte("challenge \""+kind+"\" {\n"+body+"\n}\n"), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	secrets := map[string]cty.Value{}
	for _, name := range []string{"meta_verify_token", "zoom", "twitter", "braintree"} {
		secrets[name] = cty.UnknownVal(cty.String).Mark(expr.Sensitive)
		if text, ok := set[name]; ok {
			secrets[name] = cty.StringVal(text).Mark(expr.Sensitive)
		}
	}
	scope := expr.NewScope(map[string]cty.Value{"secret": cty.ObjectVal(secrets)}, funcs.Table(funcs.Options{}), clock.System{})
	for _, k := range All() {
		if k.Name == kind {
			c := k.New()
			_, diags = schema.DecodeSpec(&schema.Context{Scope: scope}, schema.Describe(c), f.Body.(*hclsyntax.Body).Blocks[0], 1)
			return c, diags
		}
	}
	t.Fatalf("no challenge %q", kind)
	return nil, nil
}

// request returns a request to /hook. url may begin with a query.
func request(method, query, body string, header ...string) *auth.Request {
	r := &auth.Request{Method: method, URI: "/hook" + query, Header: http.Header{}}
	r.Query, _ = url.ParseQuery(strings.TrimPrefix(query, "?"))
	if body != "" {
		r.Body = []byte(body)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// answer is the answer of a challenge as the trigger asks for it.
func answer(c Challenge, r *auth.Request) *Answer {
	for _, method := range c.Methods() {
		if method == r.Method && c.Asks(r) {
			return c.Answer(r)
		}
	}
	return nil
}

const (
	none    = 0
	text    = "text/plain; charset=utf-8"
	asJSON  = "application/json"
	slackID = `{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`
	zoomID  = `{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}`
)

// answerCase is a request and its answer. A status of none is no challenge.
type answerCase struct {
	kind, settings string
	request        *auth.Request
	status         int
	typ, body      string
}

func (c answerCase) check(t *testing.T) {
	t.Helper()
	ch, diags := decode(t, c.kind, c.settings, map[string]string{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	got := answer(ch, c.request)
	if got == nil {
		if c.status != none {
			t.Fatalf("no answer, want %d", c.status)
		}
		return
	}
	if got.Status != c.status || string(got.Body) != c.body || got.Header.Get("Content-Type") != c.typ {
		t.Errorf("answer %d %q %q, want %d %q %q", got.Status, got.Header.Get("Content-Type"), got.Body, c.status, c.typ, c.body)
	}
	if (got.Refusal != nil) != (c.status >= 400) {
		t.Errorf("refusal %v with status %d", got.Refusal, got.Status)
	}
	if c.typ == text && got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("a browser may read the answer as HTML")
	}
}

// TestAnswers has the requests that the documentation of the providers shows, and
// requests that are no challenges.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const metaSettings, zoomSettings = `verify_token = "meatyhamhock"`, `secret = "my-token"`
	metaQuery := func(mode, token, challenge string) string {
		return "?hub.mode=" + mode + "&hub.verify_token=" + token + "&hub.challenge=" + challenge
	}
	zoomToken := func(token string) string { return strings.Replace(zoomID, "qgg8vlvZRS6UYooatFL8Aw", token, 1) }
	for name, c := range map[string]answerCase{
		"slack":                     {"slack", "", request("POST", "", slackID), 200, text, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"},
		"slack: an event":           {"slack", "", request("POST", "", `{"type":"event_callback","event":{"text":"url_verification"}}`), none, "", ""},
		"slack: a form":             {"slack", "", request("POST", "", "type=url_verification&challenge=a"), none, "", ""},
		"slack: HTML":               {"slack", "", request("POST", "", `{"type":"url_verification","challenge":"<\u00e4>"}`), none, "", ""},
		"meta":                      {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", "1158201444"), ""), 200, text, "1158201444"},
		"meta: another token":       {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhoc", "1158201444"), ""), 403, "", ""},
		"meta: no token":            {"meta", metaSettings, request("GET", "?hub.mode=subscribe&hub.challenge=1", ""), 403, "", ""},
		"meta: no challenge":        {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", ""), ""), 400, "", ""},
		"meta: a long challenge":    {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", strings.Repeat("1", maxEcho+1)), ""), 400, "", ""},
		"meta: another mode":        {"meta", metaSettings, request("GET", metaQuery("unsubscribe", "meatyhamhock", "1"), ""), none, "", ""},
		"meta: a delivery":          {"meta", metaSettings, request("POST", metaQuery("subscribe", "meatyhamhock", "1"), "{}"), none, "", ""},
		"zoom":                      {"zoom", zoomSettings, request("POST", "", zoomID), 200, asJSON, `{"encryptedToken":"3bb4d0cdd2c605b05575da65aba55c9bce669b3f21d55483aaf7011af9175ed3","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`},
		"zoom: an event":            {"zoom", zoomSettings, request("POST", "", `{"event":"meeting.started","payload":{"plainToken":"endpoint.url_validation"}}`), none, "", ""},
		"zoom: a signed payload":    {"zoom", zoomSettings, request("POST", "", zoomToken("v0:1654503849:{}")), 400, "", ""},
		"zoom: a long token":        {"zoom", zoomSettings, request("POST", "", zoomToken(strings.Repeat("a", maxSigned+1))), 400, "", ""},
		"zoom: no token":            {"zoom", zoomSettings, request("POST", "", zoomToken("")), 400, "", ""},
		"zoom: deeper than allowed": {"zoom", zoomSettings, request("POST", "", `{"event":"endpoint.url_validation","payload":`+strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)+`}`), none, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}

func TestKindsExplainThemselves(t *testing.T) {
	t.Parallel()
	for _, k := range All() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			s := schema.Describe(k.New())
			if !strings.HasSuffix(s.Doc, ".") || !strings.Contains(s.Doc, "](https://") {
				t.Errorf("documentation without a link to that of the provider: %q", s.Doc)
			}
			examples := s.Examples()
			if len(examples) != 1 || examples[0].Title == "" {
				t.Fatalf("examples %v", examples)
			}
			values := map[string]string{"meta_verify_token": "a", "zoom": "a", "twitter": "a", "braintree": "a"}
			for _, set := range []map[string]string{nil, values} {
				if _, diags := decode(t, k.Name, examples[0].HCL, set); len(diags) > 0 {
					t.Errorf("with secrets %v: %v", set, diags)
				}
			}
			if c := k.New(); len(s.Fields()) > 0 {
				for _, f := range s.Fields() {
					if !strings.HasSuffix(f.Doc, ".") {
						t.Errorf("field %q is not documented in whole sentences: %q", f.Name, f.Doc)
					}
				}
			} else if len(c.Methods()) == 0 {
				t.Error("no method")
			}
		})
	}
}

// An empty secret would answer strangers.
func TestEmptySecrets(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{"meta": `verify_token = secret.meta_verify_token`, "zoom": `secret = secret.zoom`} {
		_, diags := decode(t, kind, body, map[string]string{"meta_verify_token": "", "zoom": ""})
		if len(diags) != 1 || diags[0].Summary != "Empty secret" {
			t.Errorf("%s: %v", kind, diags)
		}
	}
}
