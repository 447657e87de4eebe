package examples_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway"
)

// delivery is a signed request with a sample.
type delivery struct {
	path, sample, contentType string
	change                    func(string) string               // the sample before it is signed
	sign                      func(h http.Header, body string)  // with the demo secret
	tamper                    func(h http.Header, body *string) // after it was signed
}

// send returns the status, the header and the text of the answer.
func (d delivery) send(t *testing.T, base string) (status int, header http.Header, text string) {
	t.Helper()
	sample, err := os.ReadFile(filepath.Join("../../../examples/flows", d.sample))
	if err != nil {
		t.Fatal(err)
	}
	body := string(sample)
	if d.change != nil {
		body = d.change(body)
	}
	h := http.Header{"Content-Type": {d.contentType}}
	d.sign(h, body)
	if d.tamper != nil {
		d.tamper(h, &body)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+d.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = h
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(bytes.TrimSpace(got))
}

func demoSecret(t *testing.T, file string) []byte {
	t.Helper()
	secret, err := os.ReadFile(filepath.Join("../../../examples/flows", file))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func sum256(secret []byte, text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// deliveries returns a delivery of each sender, by the name of its flow.
func deliveries(t *testing.T, base string) map[string]delivery {
	t.Helper()
	now := fmt.Sprint(time.Now().Unix())
	stripe, slack, shopify := demoSecret(t, "stripe-payment/demo-secret.txt"), demoSecret(t, "slack-command/demo-secret.txt"), demoSecret(t, "shopify-order/demo-secret.txt")
	twilio, grafana, gitlab := demoSecret(t, "twilio-sms/demo-token.txt"), demoSecret(t, "grafana-alert/demo-secret.txt"), demoSecret(t, "gitlab-merge-request/demo-token.txt")
	meta := demoSecret(t, "meta-messages/demo-secret.txt")
	const json, form = "application/json", "application/x-www-form-urlencoded"
	return map[string]delivery{
		"stripe_payment": {path: "/stripe/events", sample: "stripe-payment/samples/event.json", contentType: json, sign: func(h http.Header, body string) {
			h.Set("Stripe-Signature", "t="+now+",v1="+hex.EncodeToString(sum256(stripe, now+"."+body)))
		}},
		"gitlab_merge_request": {path: "/gitlab/events", sample: "gitlab-merge-request/samples/merge_request.json", contentType: json, sign: func(h http.Header, _ string) {
			h.Set("X-Gitlab-Token", string(gitlab))
			h.Set("X-Gitlab-Event", "Merge Request Hook")
		}},
		"slack_command": {
			path: "/slack/commands", sample: "slack-command/samples/command.txt", contentType: form,
			change: func(body string) string {
				return strings.Replace(body, url.QueryEscape("http://127.0.0.1:8080"), url.QueryEscape(base), 1)
			},
			sign: func(h http.Header, body string) {
				h.Set("X-Slack-Request-Timestamp", now)
				h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(sum256(slack, "v0:"+now+":"+body)))
			},
		},
		"shopify_order": {path: "/shopify/orders", sample: "shopify-order/samples/order.json", contentType: json, sign: func(h http.Header, body string) {
			h.Set("X-Shopify-Topic", "orders/create")
			h.Set("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
			h.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(sum256(shopify, body)))
		}},
		"twilio_sms": {path: "/twilio/sms", sample: "twilio-sms/samples/sms.txt", contentType: form, sign: func(h http.Header, body string) {
			h.Set("X-Twilio-Signature", twilioSignature(t, twilio, "http://localhost:8080/twilio/sms", body))
		}},
		"slack_events": {path: "/slack/events", sample: "slack-events/samples/mention.json", contentType: json, sign: signSlack(t)},
		"meta_messages": {path: "/meta/messages", sample: "meta-messages/samples/message.json", contentType: json, sign: func(h http.Header, body string) {
			h.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(sum256(meta, body)))
		}},
		"grafana_alert": {path: "/grafana/alerts", sample: "grafana-alert/samples/alert.json", contentType: json, sign: func(h http.Header, body string) {
			h.Set("X-Grafana-Timestamp", now)
			h.Set("X-Grafana-Alerting-Signature", hex.EncodeToString(sum256(grafana, now+":"+body)))
		}},
	}
}

func twilioSignature(t *testing.T, token []byte, signed, body string) string {
	t.Helper()
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		signed += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, token)
	mac.Write([]byte(signed))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// work executes stored runs until the test ends.
func work(t *testing.T, g *gateway.Gateway) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestSignedExamples(t *testing.T) {
	t.Parallel()
	server, st, g := serveGateway(t, "")
	work(t, g)
	all := deliveries(t, server.URL)
	for _, c := range []struct {
		flow      string
		status    int
		body      string
		continues bool // the run is over after the answer
	}{
		{"stripe_payment", 200, `{"received":"evt_3PqL1e2eZvKYlo2C0b6tQm7v"}`, true},
		{"gitlab_merge_request", 200, `{"from":"round-prices","message":"Jane Müller: open lampenladen/shop!16 Round prices","to":"main"}`, false},
		{"slack_command", 200, `{"response_type":"ephemeral","text":"Deploying shop …"}`, true},
		{"shopify_order", 200, `{"accepted":"#1001"}`, true},
		{"twilio_sms", 200, `<Response><Message>Mon-Fri 9-18, Sat 10-14</Message></Response>`, false},
		{"slack_events", 200, `ok`, true},
		{"meta_messages", 200, `{"received":[{"from":"4915112345678","text":"Are you open on Saturday?"}]}`, false},
		{"grafana_alert", 202, `{"passed_on":2,"ticket":"INC-`, false},
	} {
		t.Run(c.flow, func(t *testing.T) { // one after another: one waits for the signal of the store
			status, header, body := all[c.flow].send(t, server.URL)
			if status != c.status || !strings.HasPrefix(body, c.body) {
				t.Fatalf("answered %d %s, want %d %s", status, body, c.status, c.body)
			}
			if c.continues {
				awaitSuccess(t, st, header.Get("Gateway-Run"))
			}
		})
	}
}

// TestTamperedExamples: each sender is refused without its signature and with
// another body.
func TestTamperedExamples(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	for flow, d := range deliveries(t, server.URL) {
		t.Run(flow, func(t *testing.T) {
			t.Parallel()
			d.tamper = func(h http.Header, _ *string) {
				for name := range h {
					if strings.Contains(name, "Signature") || strings.Contains(name, "Hmac") || strings.Contains(name, "Token") {
						h.Del(name)
					}
				}
			}
			if status, _, body := d.send(t, server.URL); status != 401 {
				t.Errorf("without a signature: answered %d %s", status, body)
			}
			if flow == "gitlab_merge_request" {
				return // a token does not cover the body
			}
			d.tamper = func(_ http.Header, body *string) { *body = strings.Replace(*body, "e", "E", 1) }
			if status, _, body := d.send(t, server.URL); status != 401 {
				t.Errorf("with another body: answered %d %s", status, body)
			}
		})
	}
}

// TestStripeSendsTwice: an event that arrives twice starts one run.
func TestStripeSendsTwice(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	d := deliveries(t, server.URL)["stripe_payment"]
	_, first, _ := d.send(t, server.URL)
	status, second, _ := d.send(t, server.URL)
	if status != 200 || second.Get("Gateway-Replayed") != "true" || second.Get("Gateway-Run") != first.Get("Gateway-Run") {
		t.Errorf("the second delivery got %d, run %q after %q", status, second.Get("Gateway-Run"), first.Get("Gateway-Run"))
	}
}
