package triggers

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/flow"
)

// attempt asks a challenge as a stranger may, who knows no secret.
type attempt struct {
	auth, challenge string // the settings of the blocks
	ask             sent
	status          int // 401 where the provider signs its challenge
}

const snsConfirmation = `{"Type":"SubscriptionConfirmation","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription","SignatureVersion":"2","Signature":"a","SigningCertURL":"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem","Message":"a","MessageId":"a","Timestamp":"a","Token":"a"}`

const sameKey = "secret = secret.key"

func attempts() map[string]attempt {
	const form, asJSON = "application/x-www-form-urlencoded", "application/json"
	post := func(body string, header ...string) sent {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return sent{typ: asJSON, body: body, header: h}
	}
	get := func(url string) sent { return sent{method: http.MethodGet, url: url} }
	const twitterAuth = "auth \"hmac\" {\n  secret = secret.key\n  header = \"X-Twitter-Webhooks-Signature\"\n  encoding = \"base64\"\n  prefix = \"sha256=\"\n}"
	return map[string]attempt{
		"slack":       {"slack", "", post(verification), 401},
		"zoom":        {"zoom", sameKey, post(`{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event":"endpoint.url_validation"}`), 401},
		"twitch":      {"twitch", "", post(`{"challenge":"a"}`, "Twitch-Eventsub-Message-Type", "webhook_callback_verification"), 401},
		"discord":     {"discord", "", post(`{"type":1}`), 401},
		"xero":        {"xero", "", post(`{"events":[]}`), 401},
		"sns":         {"auth \"sns\" {\n  topic_arn = \"arn:aws:sns:us-west-2:123456789012:MyTopic\"\n}", "", sent{typ: "text/plain", body: snsConfirmation}, 401},
		"github_ping": {"github", "", post(`{}`, "X-Github-Event", "ping"), 401},

		"meta":             {"meta", "verify_token = secret.key", get("/?hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess"), 403},
		"twitter":          {twitterAuth, sameKey, get("/?crc_token=12345"), 200},
		"braintree":        {"braintree", "public_key = \"pub\"\n" + sameKey, get("/?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"), 200},
		"okta":             {"okta", "", sent{method: http.MethodGet, header: http.Header{"X-Okta-Verification-Challenge": {"a"}}}, 200},
		"dropbox":          {"dropbox", "", get("/?challenge=abc123"), 200},
		"trello":           {"trello", "", sent{method: http.MethodHead}, 200},
		"azure_event_grid": {"header", "", post(`[{"data":{"validationCode":"512d38b6"}}]`, "Aeg-Event-Type", "SubscriptionValidation"), 200},
		"microsoft_graph":  {"microsoft_graph", "", sent{url: "/?validationToken=a", typ: "text/plain"}, 200},
		"asana":            {"asana", "", post(`{}`, "X-Hook-Secret", "b537207f20cbfa02"), 200},
		"monday":           {"bearer", "", post(`{"challenge":"a"}`), 200},
		"notion":           {"notion", "", post(`{"verification_token":"secret_a"}`), 200},
		"woocommerce":      {"woocommerce", "", sent{typ: form, body: "webhook_id=17"}, 200},
	}
}

// load returns the trigger of an attempt, which accepts each method and type that
// the senders use.
func (a attempt) load(t *testing.T, kind string) *webhook {
	t.Helper()
	block := a.auth
	switch a.auth {
	case "discord":
		block = "auth \"discord\" {\n  public_key = \"a5e1eb2bd0e3e6e4ed0b3e3ff5fb3a9bd2d3d7f1f3c2c8b5ffb1f8df7a9a7d11\"\n}"
	case "header":
		block = "auth \"header\" {\n  name = \"X-Key\"\n  value = secret.key\n}"
	case "bearer", "okta":
		block = "auth \"bearer\" {\n  token = secret.key\n}"
	case "braintree":
		block = "auth \"braintree\" {\n  public_key = \"pub\"\n  secret = secret.key\n}"
	case "asana":
		block = "auth \"asana\" {}"
	case "trello":
		block = "auth \"trello\" {\n  secret = secret.key\n}"
	default:
		if !strings.Contains(a.auth, "{") {
			block = "auth \"" + a.auth + "\" {\n  secret = secret.key\n}"
		}
	}
	w, diags := load(t, block+"\nmethods = [\"GET\", \"HEAD\", \"POST\"]\ncontent_types = [\"json\", \"form\", \"text\"]\nchallenge \""+kind+"\" {\n"+a.challenge+"\n}\n")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return w
}

// TestStrangersForgeNothing asks each challenge as a stranger, and sends what it
// answers, and the challenge itself, as a delivery: no run may start.
func TestStrangersForgeNothing(t *testing.T) {
	t.Parallel()
	all := attempts()
	for _, k := range challenge.All() {
		a, found := all[k.Name]
		if !found {
			t.Errorf("no attempt for challenge %q", k.Name)
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			w := a.load(t, k.Name)
			_, p := a.ask.to(t, w)
			if p == nil || p.Status != a.status {
				t.Fatalf("a stranger got %+v, want %d", p, a.status)
			}
			isSigned := slices.Contains([]string{"slack", "zoom", "twitch", "discord", "xero", "github_ping", "sns"}, k.Name)
			if isSigned != (len(k.New().SignedBy()) > 0) || isSigned && p.Outcome != "unauthorized" {
				t.Errorf("signed: %t, with the outcome %s", isSigned, p.Outcome)
			}
			if k.Name != "meta" && !isSigned && p.Outcome != flow.OutcomeChallenge {
				t.Errorf("outcome %s", p.Outcome)
			}
			for _, body := range []string{`{"a":1}`, "12345", `"` + strings.Repeat("a", 32) + `"`} {
				delivery := a.ask
				delivery.header = delivery.header.Clone()
				delivery.header.Del("X-Hook-Secret")
				delivery.method, delivery.url, delivery.body, delivery.typ = http.MethodPost, "/", body, "application/json"
				_ = delivery.refused(t, w, 401)
			}
		})
	}
}

// The answer of X's challenge is the signature of a delivery whose body is the token,
// which may be JSON.
func TestAnswerToXIsNoDelivery(t *testing.T) {
	t.Parallel()
	a := attempts()["twitter"]
	w := a.load(t, "twitter")
	for _, token := range []string{"12345", "true", "null"} {
		_, p := sent{method: http.MethodGet, url: "/?crc_token=" + token}.to(t, w)
		var answer struct {
			Token string `json:"response_token"`
		}
		if p == nil || p.Response == nil || json.Unmarshal(p.Response.Body, &answer) != nil || !strings.HasPrefix(answer.Token, "sha256=") {
			t.Fatalf("answer %+v", p)
		}
		forged := http.Header{"X-Twitter-Webhooks-Signature": {answer.Token}}
		if p := (sent{typ: "application/json", body: token, header: forged}).refused(t, w, 401); !strings.Contains(p.Cause.Error(), "may have signed") {
			t.Errorf("refused for another reason: %v", p.Cause)
		}
	}
}

// signedText stands for a challenge that has signed one text for a stranger.
type signedText struct {
	challenge.Challenge
	text string
}

func (s signedText) MaySign(body []byte) bool { return string(body) == s.text }

// Signatures cover the bytes as they were sent. A token may be the compressed form of
// an event, so decompression must not hide that a challenge has signed it.
func TestSignedTokenIsNoCompressedDelivery(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(`{"a":1}`)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for text, status := range map[string]int{packed.String(): 401, `{"a":1}`: 0} {
		w := attempts()["monday"].load(t, "monday")
		w.challenges[0].Challenge = signedText{w.challenges[0].Challenge, text}
		delivery := sent{typ: "application/json", body: packed.String(), header: http.Header{"Authorization": {"Bearer correct-horse-battery"}, "Content-Encoding": {"gzip"}}}
		if status == 0 {
			delivery.accepted(t, w)
			continue
		}
		if p := delivery.refused(t, w, status); !strings.Contains(p.Cause.Error(), "may have signed") {
			t.Errorf("refused for another reason: %v", p.Cause)
		}
	}
}

// The answer of Braintree's challenge is the signature of a delivery whose payload is
// the challenge.
func TestAnswerToBraintreeIsNoDelivery(t *testing.T) {
	t.Parallel()
	const nonce = "20f9f8ed05f77439fe955c977e4c8a53"
	a := attempts()["braintree"]
	w := a.load(t, "braintree")
	_, p := sent{method: http.MethodGet, url: "/?bt_challenge=" + nonce}.to(t, w)
	if p == nil || p.Response == nil {
		t.Fatalf("answer %+v", p)
	}
	deliver := func(signature, payload string) sent {
		form := url.Values{"bt_signature": {signature}, "bt_payload": {payload}}
		return sent{typ: "application/x-www-form-urlencoded", body: form.Encode()}
	}
	if p := deliver(string(p.Response.Body), nonce).refused(t, w, 401); !strings.Contains(p.Cause.Error(), "form of a challenge") {
		t.Errorf("refused for another reason: %v", p.Cause)
	}
	key := sha1.Sum([]byte("correct-horse-battery"))
	mac := hmac.New(sha1.New, key[:])
	mac.Write([]byte("PG5vdGlmaWNhdGlvbi8+"))
	deliver("pub|"+hex.EncodeToString(mac.Sum(nil)), "PG5vdGlmaWNhdGlvbi8+").accepted(t, w)
}

// Xero accepts no body in an answer.
func TestAnswersToXeroHaveNoBody(t *testing.T) {
	t.Parallel()
	w := attempts()["xero"].load(t, "xero")
	p := sent{typ: "application/json", body: `{"events":[]}`}.refused(t, w, 401)
	if p.Response == nil || p.Response.Status != 401 || len(p.Response.Body) > 0 {
		t.Errorf("refused with %+v", p.Response)
	}
	if reply, err := w.Reply(t.Context(), nil); err != nil || reply.Status != 200 || len(reply.Body) > 0 {
		t.Errorf("the default response is %+v, %v", reply, err)
	}
}
