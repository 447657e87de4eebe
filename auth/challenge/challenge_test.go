package challenge

import (
	"context"
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
			r.Handshakes = &keptSecrets{}
			return c.Answer(context.Background(), r)
		}
	}
	return nil
}

const (
	none    = 0
	text    = "text/plain; charset=utf-8"
	asJSON  = "application/json"
	slackID = `{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`
	azureID = `[{"id":"2d1781af-3a4c-4d7c-bd0c-e34b19da4e66","topic":"/subscriptions/x","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://rp-eastus2.eventgrid.azure.net:553/"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent"}]`
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
	// The test keys of Braintree's libraries.
	const braintreeKeys = "public_key = \"integration_public_key\"\nsecret = \"integration_private_key\""
	metaQuery := func(mode, token, challenge string) string {
		return "?hub.mode=" + mode + "&hub.verify_token=" + token + "&hub.challenge=" + challenge
	}
	zoomToken := func(token string) string { return strings.Replace(zoomID, "qgg8vlvZRS6UYooatFL8Aw", token, 1) }
	for name, c := range map[string]answerCase{
		"slack":                           {"slack", "", request("POST", "", slackID), 200, text, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"},
		"slack: an event":                 {"slack", "", request("POST", "", `{"type":"event_callback","event":{"text":"url_verification"}}`), none, "", ""},
		"slack: a form":                   {"slack", "", request("POST", "", "type=url_verification&challenge=a"), none, "", ""},
		"slack: HTML":                     {"slack", "", request("POST", "", `{"type":"url_verification","challenge":"<\u00e4>"}`), none, "", ""},
		"meta":                            {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", "1158201444"), ""), 200, text, "1158201444"},
		"meta: another token":             {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhoc", "1158201444"), ""), 403, "", ""},
		"meta: no token":                  {"meta", metaSettings, request("GET", "?hub.mode=subscribe&hub.challenge=1", ""), 403, "", ""},
		"meta: no challenge":              {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", ""), ""), 400, "", ""},
		"meta: a long challenge":          {"meta", metaSettings, request("GET", metaQuery("subscribe", "meatyhamhock", strings.Repeat("1", maxEcho+1)), ""), 400, "", ""},
		"meta: another mode":              {"meta", metaSettings, request("GET", metaQuery("unsubscribe", "meatyhamhock", "1"), ""), none, "", ""},
		"meta: a delivery":                {"meta", metaSettings, request("POST", metaQuery("subscribe", "meatyhamhock", "1"), "{}"), none, "", ""},
		"zoom":                            {"zoom", zoomSettings, request("POST", "", zoomID), 200, asJSON, `{"encryptedToken":"3bb4d0cdd2c605b05575da65aba55c9bce669b3f21d55483aaf7011af9175ed3","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`},
		"zoom: an event":                  {"zoom", zoomSettings, request("POST", "", `{"event":"meeting.started","payload":{"plainToken":"endpoint.url_validation"}}`), none, "", ""},
		"zoom: a signed payload":          {"zoom", zoomSettings, request("POST", "", zoomToken("v0:1654503849:{}")), 400, "", ""},
		"zoom: a long token":              {"zoom", zoomSettings, request("POST", "", zoomToken(strings.Repeat("a", maxSigned+1))), 400, "", ""},
		"zoom: no token":                  {"zoom", zoomSettings, request("POST", "", zoomToken("")), 400, "", ""},
		"zoom: deeper than allowed":       {"zoom", zoomSettings, request("POST", "", `{"event":"endpoint.url_validation","payload":`+strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)+`}`), none, "", ""},
		"discord: an interaction":         {"discord", "", request("POST", "", `{"type":1,"id":"7","token":"a","version":1}`), 200, asJSON, `{"type":1}`},
		"discord: a webhook":              {"discord", "", request("POST", "", `{"version":1,"application_id":"1234560123453231555","type":0}`), 204, "", ""},
		"discord: an event":               {"discord", "", request("POST", "", `{"version":1,"application_id":"1234560123453231555","type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}`), none, "", ""},
		"discord: a command":              {"discord", "", request("POST", "", `{"type":2}`), none, "", ""},
		"discord: no type":                {"discord", "", request("POST", "", `{}`), none, "", ""},
		"twitch":                          {"twitch", "", request("POST", "", `{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"status":"webhook_callback_verification_pending"}}`, "Twitch-Eventsub-Message-Type", "webhook_callback_verification"), 200, text, "pogchamp-kappa-360noscope-vohiyo"},
		"twitch: a notification":          {"twitch", "", request("POST", "", `{"challenge":"a"}`, "Twitch-Eventsub-Message-Type", "notification"), none, "", ""},
		"xero":                            {"xero", "", request("POST", "", `{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`), 200, "", ""},
		"xero: an event":                  {"xero", "", request("POST", "", `{"events":[{"eventType":"CREATE"}],"lastEventSequence":1,"firstEventSequence":1}`), none, "", ""},
		"xero: no list":                   {"xero", "", request("POST", "", `{}`), none, "", ""},
		"github_ping":                     {"github_ping", "", request("POST", "", `{"zen":"Keep it logically awesome."}`, "X-Github-Event", "ping"), 200, "", ""},
		"github_ping: a push":             {"github_ping", "", request("POST", "", `{}`, "X-Github-Event", "push"), none, "", ""},
		"azure_event_grid":                {"azure_event_grid", "", request("POST", "", azureID, "Aeg-Event-Type", "SubscriptionValidation"), 200, asJSON, `{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}`},
		"azure_event_grid: an event":      {"azure_event_grid", "", request("POST", "", azureID, "Aeg-Event-Type", "Notification"), none, "", ""},
		"azure_event_grid: two events":    {"azure_event_grid", "", request("POST", "", "["+azureID[1:len(azureID)-1]+","+azureID[1:], "Aeg-Event-Type", "SubscriptionValidation"), none, "", ""},
		"azure_event_grid: no code":       {"azure_event_grid", "", request("POST", "", `[{"data":{}}]`, "Aeg-Event-Type", "SubscriptionValidation"), none, "", ""},
		"azure_event_grid: CloudEvents":   {"azure_event_grid", "", request("OPTIONS", "", "", "Webhook-Request-Origin", "eventgrid.azure.net"), 200, "", ""},
		"azure_event_grid: another":       {"azure_event_grid", "", request("OPTIONS", "", "", "Webhook-Request-Origin", "evil.example.com"), none, "", ""},
		"azure_event_grid: bad origin":    {"azure_event_grid", "", request("OPTIONS", "", "", "Webhook-Request-Origin", "eventgrid.azure.net, a"), none, "", ""},
		"microsoft_graph":                 {"microsoft_graph", "", request("POST", "?validationToken=Validation%3A+Testing+client+application+reachability", ""), 200, text, "Validation: Testing client application reachability"},
		"microsoft_graph: a notification": {"microsoft_graph", "", request("POST", "", `{"value":[]}`), none, "", ""},
		"microsoft_graph: no text":        {"microsoft_graph", "", request("POST", "?validationToken=%00", ""), none, "", ""},
		"okta":                            {"okta", "", request("GET", "", "", "X-Okta-Verification-Challenge", "my verification challenge"), 200, asJSON, `{"verification":"my verification challenge"}`},
		"okta: a browser":                 {"okta", "", request("GET", "", ""), none, "", ""},
		"dropbox":                         {"dropbox", "", request("GET", "?challenge=abc123", ""), 200, text, "abc123"},
		"dropbox: a browser":              {"dropbox", "", request("GET", "", ""), none, "", ""},
		"monday":                          {"monday", "", request("POST", "", `{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`), 200, asJSON, `{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`},
		"monday: an event":                {"monday", "", request("POST", "", `{"event":{"type":"update_column_value"}}`), none, "", ""},
		"monday: a member more":           {"monday", "", request("POST", "", `{"challenge":"a","event":{}}`), none, "", ""},
		"notion":                          {"notion", "", request("POST", "", `{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}`), 200, "", ""},
		"notion: an event":                {"notion", "", request("POST", "", `{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","type":"page.created"}`), none, "", ""},
		"notion: a sentence":              {"notion", "", request("POST", "", `{"verification_token":"paste this. It is right"}`), none, "", ""},
		"asana":                           {"asana", "", request("POST", "", "{}", "X-Hook-Secret", "b537207f20cbfa02"), 200, "", ""},
		"asana: a delivery":               {"asana", "", request("POST", "", "{}", "X-Hook-Secret", "b537207f20cbfa02", "X-Hook-Signature", "a"), none, "", ""},
		"asana: two secrets":              {"asana", "", request("POST", "", "{}", "X-Hook-Secret", "a", "X-Hook-Secret", "b"), none, "", ""},
		"asana: a sentence":               {"asana", "", request("POST", "", "{}", "X-Hook-Secret", "paste this"), none, "", ""},
		"trello":                          {"trello", "", request("HEAD", "", ""), 200, "", ""},
		"woocommerce":                     {"woocommerce", "", request("POST", "", "webhook_id=17"), 200, "", ""},
		"woocommerce: an order":           {"woocommerce", "", request("POST", "", "webhook_id=17", "X-Wc-Webhook-Topic", "order.created"), none, "", ""},
		"woocommerce: signed":             {"woocommerce", "", request("POST", "", "webhook_id=17", "X-Wc-Webhook-Signature", "a"), none, "", ""},
		"woocommerce: a field more":       {"woocommerce", "", request("POST", "", "webhook_id=17&total=5"), none, "", ""},
		"twitter":                         {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=12345abc_-", ""), 200, asJSON, `{"response_token":"sha256=yJkQ0pSbOUyy2E4+6b3kG49PG01GwqyVLAgTAWAqkOw="}`},
		"twitter: signed":                 {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=12345abc_-&nonce=n", "", "X-Twitter-Webhooks-Signature", "sha256=Fe+Tsj5afaEBsA1izdr7s+4m3uPJiUXg+DgK8g4vQxA="), 200, asJSON, `{"response_token":"sha256=yJkQ0pSbOUyy2E4+6b3kG49PG01GwqyVLAgTAWAqkOw="}`},
		"twitter: signed by others":       {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=12345abc_-&nonce=m", "", "X-Twitter-Webhooks-Signature", "sha256=Fe+Tsj5afaEBsA1izdr7s+4m3uPJiUXg+DgK8g4vQxA="), 403, "", ""},
		"twitter: signed twice":           {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=12345abc_-&nonce=n", "", "X-Twitter-Webhooks-Signature", "sha256=Fe+Tsj5afaEBsA1izdr7s+4m3uPJiUXg+DgK8g4vQxA=", "X-Twitter-Webhooks-Signature", "sha256=Fe+Tsj5afaEBsA1izdr7s+4m3uPJiUXg+DgK8g4vQxA="), 403, "", ""},
		"twitter: a body":                 {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=%7B%22for_user_id%22%3A%221%22%7D", ""), 400, "", ""},
		"twitter: a long token":           {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token="+strings.Repeat("a", maxSigned+1), ""), 400, "", ""},
		"twitter: no token":               {"twitter", `secret = "consumer-secret"`, request("GET", "?crc_token=", ""), 400, "", ""},
		"braintree":                       {"braintree", braintreeKeys, request("GET", "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53", ""), 200, text, "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"},
		"braintree: a payload":            {"braintree", braintreeKeys, request("GET", "?bt_challenge=PG5vdGlmaWNhdGlvbj4KICA8a2luZD4=", ""), 400, "", ""},
		"braintree: too short":            {"braintree", braintreeKeys, request("GET", "?bt_challenge=20f9f8ed05f77439fe9", ""), 400, "", ""},
		"braintree: too long":             {"braintree", braintreeKeys, request("GET", "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a530", ""), 400, "", ""},
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

func TestEventGridGrantsItsOrigin(t *testing.T) {
	t.Parallel()
	c, _ := decode(t, "azure_event_grid", "", nil)
	got := answer(c, request("OPTIONS", "", "", "Webhook-Request-Origin", "eventgrid.azure.net"))
	if origin, rate := got.Header.Get("WebHook-Allowed-Origin"), got.Header.Get("WebHook-Allowed-Rate"); origin != "eventgrid.azure.net" || rate != "*" {
		t.Errorf("allows %q at %q", origin, rate)
	}
}

func TestNotionToken(t *testing.T) {
	t.Parallel()
	c, _ := decode(t, "notion", "", nil)
	got := answer(c, request("POST", "", `{"verification_token":"secret_tMrlL1qK5vuQ"}`))
	if want := "The verification token is secret_tMrlL1qK5vuQ."; got.Note != want || len(got.Body) > 0 {
		t.Errorf("note %q, want %q; body %q", got.Note, want, got.Body)
	}
}
