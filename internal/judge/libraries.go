package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/PaddleHQ/paddle-go-sdk/v4"
	"github.com/PagerDuty/go-pagerduty/webhookv3"
	"github.com/bwmarrin/discordgo"
	"github.com/google/go-github/v81/github"
	line "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	razorpay "github.com/razorpay/razorpay-go/utils"
	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/slack-go/slack"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	stripe "github.com/stripe/stripe-go/v85/webhook"
	svix "github.com/svix/svix-webhooks/go"
)

var errRefused = errors.New("refused")

func verdict(accepted bool) error {
	if accepted {
		return nil
	}
	return errRefused
}

// incoming returns the request as a server gets it.
func (r request) incoming() *http.Request {
	in, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		panic(err)
	}
	in.Header = r.header()
	return in
}

// librarySenders are judged by the libraries that the senders publish.
func librarySenders() []sender {
	judged := func(s sender, library string, accepts func(r request, secret string) error) sender {
		s.judgedBy, s.accepts = library, accepts
		return s
	}
	return []sender{
		judged(overBody("github", "X-Hub-Signature-256", "sha256=", hexSum), "github.com/google/go-github/v81, ValidatePayload", func(r request, secret string) error {
			_, err := github.ValidatePayload(r.incoming(), []byte(secret))
			return err
		}),
		judged(overBody("line", "X-Line-Signature", "", base64Sum), "github.com/line/line-bot-sdk-go/v8, ValidateSignature", func(r request, secret string) error {
			return verdict(line.ValidateSignature(secret, r.header().Get("X-Line-Signature"), []byte(r.Body)))
		}),
		judged(overBody("razorpay", "X-Razorpay-Signature", "", hexSum), "github.com/razorpay/razorpay-go, VerifyWebhookSignature", func(r request, secret string) error {
			return verdict(razorpay.VerifyWebhookSignature(r.Body, r.header().Get("X-Razorpay-Signature"), secret))
		}),
		judged(pagerDuty(), "github.com/PagerDuty/go-pagerduty, webhookv3.VerifySignature", func(r request, secret string) error {
			return webhookv3.VerifySignature(r.incoming(), secret)
		}),
		judged(stripeSender(), "github.com/stripe/stripe-go/v85, webhook.ValidatePayload", func(r request, secret string) error {
			return stripe.ValidatePayload([]byte(r.Body), r.header().Get("Stripe-Signature"), secret)
		}),
		judged(slackSender(), "github.com/slack-go/slack, SecretsVerifier", acceptedBySlack),
		judged(paddleSender(), "github.com/PaddleHQ/paddle-go-sdk/v4, WebhookVerifier", func(r request, secret string) error {
			ok, err := paddle.NewWebhookVerifier(secret, paddle.VerifierWithTimestampTolerance(5*time.Second)).Verify(r.incoming())
			return errors.Join(err, verdict(ok))
		}),
		judged(standardSender("standard_webhooks", "Webhook"), "github.com/standard-webhooks/standard-webhooks/libraries, Webhook", acceptedByStandard),
		judged(standardSender("openai", "Webhook"), "github.com/standard-webhooks/standard-webhooks/libraries, Webhook", acceptedByStandard),
		judged(standardSender("clerk", "Svix"), "github.com/svix/svix-webhooks, Webhook", acceptedBySvix),
		judged(standardSender("resend", "Svix"), "github.com/svix/svix-webhooks, Webhook", acceptedBySvix),
		judged(polar(), "github.com/standard-webhooks/standard-webhooks/libraries, NewWebhookRaw", func(r request, secret string) error {
			w, err := standard.NewWebhookRaw([]byte(secret))
			if err != nil {
				return err
			}
			return w.Verify([]byte(r.Body), r.header())
		}),
		sendGrid(), discord(),
	}
}

func pagerDuty() sender {
	s := overBody("pagerduty", "X-Pagerduty-Signature", "v1=", hexSum)
	s.list = ","
	return s
}

func stripeSender() sender {
	s := overBody("stripe", "Stripe-Signature", "", nil)
	s.tolerance, s.future, s.stamp, s.list = 300*time.Second, true, unix, ","
	s.secret = "whsec_c3RhcGxlIG9mIHllc3RlcmRheQ"
	s.sign = func(r *request, secret string, at time.Time) {
		signed := stripe.GenerateTestSignedPayload(&stripe.UnsignedPayload{Payload: []byte(r.Body), Secret: secret, Timestamp: at})
		r.Header["Stripe-Signature"] = signed.Header
	}
	return s
}

// slackSender sends a slash command, which is a form.
func slackSender() sender {
	s := overBody("slack", "X-Slack-Signature", "", nil)
	s.tolerance, s.stamp = 5*time.Minute, unix
	s.body = "command=%2Fdeploy&text=shop+prod&user_name=jane&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1"
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["Content-Type"] = "application/x-www-form-urlencoded"
		r.Header["X-Slack-Request-Timestamp"] = unix(at)
		r.Header["X-Slack-Signature"] = "v0=" + hexSum(secret, "v0:", unix(at), ":", r.Body)
	}
	return s
}

func acceptedBySlack(r request, secret string) error {
	v, err := slack.NewSecretsVerifier(r.header(), secret)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(&v, r.Body); err != nil {
		return err
	}
	return v.Ensure()
}

func paddleSender() sender {
	s := overBody("paddle", "Paddle-Signature", "", nil)
	s.tolerance, s.future, s.stamp, s.list = 5*time.Second, true, unix, ";"
	// The library for Node and the documentation accept times that are ahead, and
	// several signatures; the one for Go does not.
	s.unjudged = []string{"far ahead", "a right and a wrong signature", "a wrong and a right signature"}
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["Paddle-Signature"] = "ts=" + unix(at) + ";h1=" + hexSum(secret, unix(at), ":", r.Body)
	}
	return s
}

func standardSender(preset, vendor string) sender {
	s := overBody(preset, vendor+"-Signature", "", nil)
	s.tolerance, s.stamp, s.list = 5*time.Minute, unix, " "
	s.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	s.sign = func(r *request, secret string, at time.Time) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			panic(err)
		}
		signStandard(r, vendor, key, at)
	}
	return s
}

// polar takes the secret itself as the key.
func polar() sender {
	s := standardSender("polar", "Webhook")
	s.secret = "polar_whs_0123456789abcdefghijklmnop"
	s.sign = func(r *request, secret string, at time.Time) { signStandard(r, "Webhook", []byte(secret), at) }
	return s
}

func signStandard(r *request, vendor string, key []byte, at time.Time) {
	const id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	signature := "v1," + base64.StdEncoding.EncodeToString(sum(sha256.New, string(key), id, ".", unix(at), ".", r.Body))
	if w, err := standard.NewWebhookRaw(key); err == nil { // it refuses an empty key
		if signed, err := w.Sign(id, at, []byte(r.Body)); err == nil {
			signature = signed
		}
	}
	r.Header[vendor+"-Id"], r.Header[vendor+"-Timestamp"], r.Header[vendor+"-Signature"] = id, unix(at), signature
}

func acceptedByStandard(r request, secret string) error {
	w, err := standard.NewWebhook(secret)
	if err != nil {
		return err
	}
	return w.Verify([]byte(r.Body), r.header())
}

func acceptedBySvix(r request, secret string) error {
	w, err := svix.NewWebhook(secret)
	if err != nil {
		return err
	}
	return w.Verify([]byte(r.Body), r.header())
}

// sendGrid signs with a new private key. Its secret is a number of a key.
func sendGrid() sender {
	keys := map[string]*ecdsa.PrivateKey{}
	keyOf := func(secret string) *ecdsa.PrivateKey {
		if keys[secret] == nil {
			k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				panic(err)
			}
			keys[secret] = k
		}
		return keys[secret]
	}
	s := overBody("sendgrid", "X-Twilio-Email-Event-Webhook-Signature", "", nil)
	s.secret, s.stamp, s.body = "key 0001", unix, `[{"event":"delivered"}]`
	public, err := x509.MarshalPKIXPublicKey(&keyOf(s.secret).PublicKey)
	if err != nil {
		panic(err)
	}
	s.config = `public_key = "` + base64.StdEncoding.EncodeToString(public) + `"`
	s.sign = func(r *request, secret string, at time.Time) {
		digest := sha256.Sum256([]byte(unix(at) + r.Body))
		signature, err := ecdsa.SignASN1(rand.Reader, keyOf(secret), digest[:])
		if err != nil {
			panic(err)
		}
		r.Header["X-Twilio-Email-Event-Webhook-Timestamp"] = unix(at)
		r.Header[s.signature] = base64.StdEncoding.EncodeToString(signature)
	}
	s.judgedBy = "github.com/sendgrid/sendgrid-go, eventwebhook.VerifySignature"
	s.accepts = func(r request, secret string) error {
		h := r.header()
		ok, err := eventwebhook.VerifySignature(&keyOf(secret).PublicKey, []byte(r.Body), h.Get(s.signature), h.Get("X-Twilio-Email-Event-Webhook-Timestamp"))
		return errors.Join(err, verdict(ok))
	}
	return s
}

func discord() sender {
	keyOf := func(secret string) ed25519.PrivateKey {
		seed := sha256.Sum256([]byte(secret))
		return ed25519.NewKeyFromSeed(seed[:])
	}
	s := overBody("discord", "X-Signature-Ed25519", "", nil)
	s.stamp, s.body = unix, `{"type":1}`
	s.config = `public_key = "` + hex.EncodeToString(keyOf(s.secret).Public().(ed25519.PublicKey)) + `"`
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["X-Signature-Timestamp"] = unix(at)
		r.Header[s.signature] = hex.EncodeToString(ed25519.Sign(keyOf(secret), bytes.Join([][]byte{[]byte(unix(at)), []byte(r.Body)}, nil)))
	}
	s.judgedBy = "github.com/bwmarrin/discordgo, VerifyInteraction"
	s.accepts = func(r request, secret string) error {
		return verdict(discordgo.VerifyInteraction(r.incoming(), keyOf(secret).Public().(ed25519.PublicKey)))
	}
	return s
}
