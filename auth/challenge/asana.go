package challenge

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// SecretKeeper is a challenge that keeps the secret with which its sender signs from
// then on.
type SecretKeeper interface {
	// KeepsSecretOf returns the kind of auth that reads the secret.
	KeepsSecretOf() string
}

const (
	asanaSecret    = "X-Hook-Secret"
	asanaSignature = "X-Hook-Signature"
)

// asana keeps the secret that Asana chooses for a webhook. Nothing proves that the
// request comes from Asana, so the first secret stays until an operator deletes it.
type asana struct{ handshake }

func newAsana() *asana { return &asana{handshake{methods: []string{http.MethodPost}, asks: asksAsana}} }

// Describe declares the block.
func (c *asana) Describe(s *schema.Spec) {
	s.Doc = "Answers the [handshake of Asana](https://developers.asana.com/docs/webhooks-guide): a `POST` with `X-Hook-Secret`, which is sent back when a webhook is created. " +
		"The gateway keeps the secret in its store, sealed with its key, and `auth \"asana\"` without `secret` reads it there. " +
		"Nothing in the request proves that it comes from Asana, so the first secret stays: each further handshake gets 403, until `gateway handshakes reset FLOW` deletes the secret. " +
		"Who knows the path before Asana does can choose the secret. Leave out `path`, so that nobody can guess it; `gateway handshakes list` shows when a secret was kept. If Asana reports that the handshake of your webhook failed, reset it and create the webhook again."
	s.Example(schema.Example{Title: "Keep the secret of a new webhook of Asana, for auth \"asana\" {}"})
}

func asksAsana(r *auth.Request) bool {
	return r.Header.Get(asanaSecret) != "" && r.Header.Get(asanaSignature) == ""
}

// KeepsSecretOf is "asana".
func (c *asana) KeepsSecretOf() string { return "asana" }

// Answer repeats the secret after it was kept.
func (c *asana) Answer(ctx context.Context, r *auth.Request) *Answer {
	secret := r.Header.Values(asanaSecret)
	if len(secret) != 1 || !isWord(secret[0], maxSigned) {
		return nil
	}
	err := flow.ErrHandshakesUnavailable
	if r.Handshakes != nil {
		err = r.Handshakes.Keep(ctx, c.KeepsSecretOf(), secret[0])
	}
	switch {
	case errors.Is(err, flow.ErrHandshakeDone):
		return &Answer{Status: http.StatusForbidden, Refusal: err}
	case err != nil:
		return &Answer{Status: http.StatusServiceUnavailable, Refusal: fmt.Errorf("the secret can't be kept: %w", err)}
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{asanaSecret: secret}, Note: "The secret of the webhook is kept."}
}
