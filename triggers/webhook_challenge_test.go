package triggers

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/flow"
)

const (
	slackChallenge = "auth \"slack\" {\n  secret = secret.key\n}\nchallenge \"slack\" {}\nwhen = webhook.body.type == \"event_callback\"\nvariable \"event\" { type = object }\n"
	metaChallenge  = "auth \"meta\" {\n  secret = secret.key\n}\nchallenge \"meta\" { verify_token = secret.key }\n"
	verification   = `{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`
)

// timedSignature returns the hex HMAC of v0:<time>:<body>, which Slack and Zoom
// sign.
func timedSignature(body string) (stamp, signature string) {
	stamp = strconv.FormatInt(testTime.Unix(), 10)
	mac := hmac.New(sha256.New, []byte("correct-horse-battery"))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	return stamp, "v0=" + hex.EncodeToString(mac.Sum(nil))
}

func slackHeader(body string) http.Header {
	stamp, signature := timedSignature(body)
	return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {signature}}
}

func zoomHeader(body string) http.Header {
	stamp, signature := timedSignature(body)
	return http.Header{"X-Zm-Request-Timestamp": {stamp}, "X-Zm-Signature": {signature}}
}

// answered sends a challenge that must be answered with a text.
func (s sent) answered(t *testing.T, w *webhook, want string) {
	t.Helper()
	_, p := s.to(t, w)
	if p == nil || p.Outcome != flow.OutcomeChallenge || p.Response == nil {
		t.Fatalf("no answer to a challenge: %+v", p)
	}
	if p.Status != 200 || p.Response.Status != 200 || string(p.Response.Body) != want {
		t.Errorf("answer %d %q, want %q", p.Response.Status, p.Response.Body, want)
	}
}

// A challenge is answered before the condition and the variables, which it does not
// fit, and after its signature is checked.
func TestSignedChallenge(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, slackChallenge)
	const want = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	sent{typ: "application/json", body: verification, header: slackHeader(verification)}.answered(t, w, want)
	sent{typ: "text/csv", body: verification, header: slackHeader(verification)}.answered(t, w, want)
	for name, header := range map[string]http.Header{"none": nil, "of another body": slackHeader("{}")} {
		if p := (sent{typ: "application/json", body: verification, header: header}).refused(t, w, 401); p.Outcome != "unauthorized" {
			t.Errorf("signature %s: %s", name, p.Outcome)
		}
	}
	const event = `{"type":"event_callback","event":{"text":"url_verification"}}`
	sent{typ: "application/json", body: event, header: slackHeader(event)}.accepted(t, w)
	large := `{"type":"url_verification","challenge":"a","padding":"` + strings.Repeat("a", challenge.MaxBody) + `"}`
	if p := (sent{typ: "application/json", body: large, header: slackHeader(large)}).refused(t, w, 200); p.Outcome != flow.OutcomeIgnored {
		t.Errorf("a body too large for a challenge: %s", p.Outcome)
	}
}

// The check that accepted the request is that of the provider: another partner of
// the endpoint gets no signature.
func TestChallengeOfAnotherSender(t *testing.T) {
	t.Parallel()
	const zoom = "auth \"zoom\" {\n  secret = secret.key\n}\n"
	const body = `{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event":"endpoint.url_validation"}`
	const answer = "challenge \"zoom\" { secret = secret.key }\n"
	w := mustLoad(t, bearerAuth+zoom+answer)
	sent{typ: "application/json", body: body, header: bearer()}.accepted(t, w)
	mac := hmac.New(sha256.New, []byte("correct-horse-battery"))
	mac.Write([]byte("qgg8vlvZRS6UYooatFL8Aw"))
	want := `{"encryptedToken":"` + hex.EncodeToString(mac.Sum(nil)) + `","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`
	sent{typ: "application/json", body: body, header: zoomHeader(body)}.answered(t, w, want)

	both := zoomHeader(body)
	both.Set("Authorization", bearer().Get("Authorization"))
	inside := mustLoad(t, "auth \"all\" {\n"+bearerAuth+zoom+"}\n"+answer)
	sent{typ: "application/json", body: body, header: both}.answered(t, inside, want)
}

// ask sends a request with a method that the trigger does not accept.
func ask(t *testing.T, w *webhook, url, ip string) *flow.Problem {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	r.RequestURI = url
	part := w.Parts("f").HTTP
	if got := strings.Join(part.Route.ChallengeMethods, " "); got != "GET" {
		t.Fatalf("methods of challenges %q", got)
	}
	return part.Challenge(r, flow.Incoming{ReceivedAt: testTime, RemoteIP: netip.MustParseAddr(ip)})
}

func TestUnsignedChallenge(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, metaChallenge+`allow_ips = ["192.0.2.0/24"]`)
	const url = "/?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
	if p := ask(t, w, url+"correct-horse-battery", "192.0.2.7"); p == nil || p.Outcome != flow.OutcomeChallenge || string(p.Response.Body) != "1158201444" {
		t.Errorf("answer %+v", p)
	}
	p := ask(t, w, url+"battery", "192.0.2.7")
	if p == nil || p.Status != 403 || p.Outcome != "challenge_refused" || p.Response != nil {
		t.Fatalf("another token: %+v", p)
	}
	if text := p.Detail + p.Cause.Error(); strings.Contains(text, "battery") {
		t.Errorf("the token is in %q", text)
	}
	if p := ask(t, w, url+"correct-horse-battery", "198.51.100.7"); p == nil || p.Outcome != "forbidden" {
		t.Errorf("another address: %+v", p)
	}
	if p := ask(t, w, "/", "192.0.2.7"); p != nil {
		t.Errorf("no challenge, and answered: %+v", p)
	}
	// An endpoint that accepts GET itself answers in the same way.
	listed := mustLoad(t, metaChallenge+`methods = ["GET", "POST"]`)
	sent{method: "GET", url: url + "correct-horse-battery"}.answered(t, listed, "1158201444")
	if methods := listed.Parts("f").HTTP.Route.ChallengeMethods; len(methods) > 0 {
		t.Errorf("methods of challenges %q", methods)
	}
}

// A delivery that is read to find out whether it is a challenge arrives whole.
func TestDeliveryAfterPeek(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "challenge \"monday\" {}")
	for _, size := range []int{1, challenge.MaxBody - 8, challenge.MaxBody - 7, challenge.MaxBody + 1} {
		body := `{"a":"` + strings.Repeat("a", size-1) + `"}`
		e := sent{typ: "application/json", body: body}.accepted(t, w)
		if got := read(t, e, "body"); got != body {
			t.Errorf("body of %d bytes arrives as %d bytes", len(body), len(got))
		}
		e = sent{typ: "application/json", reader: strings.NewReader(body)}.accepted(t, w)
		if got := read(t, e, "body"); got != body {
			t.Errorf("body of %d bytes and unknown length arrives as %d bytes", len(body), len(got))
		}
	}
	sent{typ: "application/json", reader: strings.NewReader(`{"challenge":"a"}`)}.answered(t, w, `{"challenge":"a"}`)
}

// faultyChallenge can't be opened.
type faultyChallenge struct{ challenge.Challenge }

func (faultyChallenge) Open(*flow.Resources) error { return errors.New("no client") }

func TestChallengesAreOpened(t *testing.T) {
	t.Parallel()
	pool := &flow.Pool{}
	resources := pool.Lease(flow.Settings{})
	defer resources.Close()
	w := mustLoad(t, "auth \"sns\" {\n  topic_arn = \"arn:aws:sns:us-west-2:123456789012:MyTopic\"\n}\nchallenge \"sns\" {}")
	if err := w.Open(resources); err != nil {
		t.Error(err)
	}
	w.challenges = append(w.challenges, namedChallenge{Challenge: faultyChallenge{}, kind: "faulty"})
	if err := w.Open(resources); err == nil || err.Error() != `challenge "faulty": no client` {
		t.Errorf("opened with %v", err)
	}
}

func TestChallengeFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		line int
		want string
	}{
		"no auth":        {"challenge \"slack\" {}", 1, `Missing auth block: The sender signs challenge "slack", and the trigger checks no such signature. Add auth "slack" to the trigger.`},
		"another auth":   {"auth \"zoom\" {\n  secret = secret.key\n}\nchallenge \"slack\" {}", 4, "Missing auth block"},
		"method":         {"methods = [\"PUT\"]\nauth \"slack\" {\n  secret = secret.key\n}\nchallenge \"slack\" {}", 5, "Add POST to methods"},
		"given twice":    {metaChallenge + "challenge \"meta\" { verify_token = secret.key }", 5, "Challenge given twice"},
		"no token":       {"challenge \"meta\" {}", 1, "verify_token"},
		"unknown kind":   {"challenge \"meeta\" {}", 1, `Did you mean "meta"?`},
		"unset secret":   {"challenge \"meta\" { verify_token = \"\" }", 1, "Empty secret"},
		"a setting more": {"auth \"slack\" {\n  secret = secret.key\n}\nchallenge \"slack\" { secret = secret.key }", 4, "secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := load(t, c.body)
			wantFinding(t, diags, c.line, c.want)
		})
	}
}
