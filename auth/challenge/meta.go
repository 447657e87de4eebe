package challenge

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
)

// meta answers the verification of Meta, which holds a token of the user.
type meta struct {
	handshake
	token string
}

func newMeta() *meta {
	m := &meta{}
	m.handshake = handshake{
		methods: []string{http.MethodGet},
		asks:    func(r *auth.Request) bool { return r.Query.Get("hub.mode") == "subscribe" },
		answer:  m.verify,
	}
	return m
}

// Describe declares the block.
func (m *meta) Describe(s *schema.Spec) {
	s.Doc = "Answers the [verification requests of Meta](https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests), also those of WhatsApp, Instagram and Messenger: " +
		"a `GET` with `hub.mode`, `hub.verify_token` and `hub.challenge`. Another token gets 403. Deliveries come by `POST`; `auth \"meta\"` checks their signature."
	schema.Attr(s, &m.token, "verify_token", "The *Verify token* that you choose, and write into the settings of the webhook at Meta.", schema.Required(), schema.Credential())
	requireText(s, &m.token, "verify_token")
	s.Example(schema.Example{Title: "Repeat the challenge if the token fits", HCL: "verify_token = secret.meta_verify_token"})
}

func (m *meta) verify(r *auth.Request) *Answer {
	given, want := sha256.Sum256([]byte(r.Query.Get("hub.verify_token"))), sha256.Sum256([]byte(m.token))
	if m.token == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		return &Answer{Status: http.StatusForbidden, Refusal: errors.New("wrong hub.verify_token")}
	}
	if answer := answerText(r.Query.Get("hub.challenge")); answer != nil {
		return answer
	}
	return &Answer{Status: http.StatusBadRequest, Refusal: errors.New("hub.challenge is missing or no short text")}
}
