package challenge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
)

// twitter answers the challenge-response check of X, whose answer has the form of the
// signature of a delivery.
type twitter struct {
	handshake
	secret string
}

func newTwitter() *twitter {
	t := &twitter{}
	t.handshake = handshake{
		methods: []string{http.MethodGet},
		asks:    func(r *auth.Request) bool { return r.Query.Has("crc_token") },
		answer:  t.respond,
	}
	return t
}

// Describe declares the block.
func (t *twitter) Describe(s *schema.Spec) {
	s.Doc = "Answers the [challenge-response check of X](https://docs.x.com/x-api/webhooks/quickstart) (Twitter): a `GET` with `crc_token`, when a webhook is registered and about each hour after that. " +
		"If the request has `X-Twitter-Webhooks-Signature`, it is checked first. A token that is longer than 256 characters, or has others than letters, digits, `_` and `-`, gets 400. " +
		"The answer has the form of the signature of a delivery, so a delivery whose whole body could be a token gets 401. That holds for this trigger: `validate` warns if a check of another flow accepts signatures of a body with the same secret. `auth \"hmac\"` checks the deliveries."
	schema.Attr(s, &t.secret, "secret", "The *API Key Secret* (consumer secret) of the app.", schema.Required(), schema.Credential())
	requireText(s, &t.secret, "secret")
	s.Example(schema.Example{Title: "Prove to X that the endpoint knows the secret", HCL: "secret = secret.twitter"})
}

func (t *twitter) respond(r *auth.Request) *Answer {
	const signature = "X-Twitter-Webhooks-Signature"
	_, query, _ := strings.Cut(r.URI, "?")
	if given := r.Header.Values(signature); len(given) > 0 && (len(given) > 1 || !hmac.Equal([]byte(given[0]), []byte(t.sign(query)))) {
		return &Answer{Status: http.StatusForbidden, Refusal: errors.New("wrong signature in " + signature)}
	}
	token := r.Query.Get("crc_token")
	if !isWord(token, maxSigned) || t.secret == "" {
		return &Answer{Status: http.StatusBadRequest, Refusal: errors.New("crc_token is not of the form of a token")}
	}
	return answerMembers(map[string]string{"response_token": t.sign(token)})
}

func (t *twitter) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(t.secret))
	mac.Write([]byte(text))
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// MaySign reports whether a body has the form of a token.
func (t *twitter) MaySign(body []byte) bool {
	return len(body) <= maxSigned && isWord(string(body), maxSigned)
}

// SignsWith is HMAC-SHA-256.
func (t *twitter) SignsWith() string { return "sha256" }
