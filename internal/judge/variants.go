package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// variants are further ways in which some senders sign.
func variants() []sender {
	gitlab := standardSender("gitlab", "Webhook")
	gitlab.variant, gitlab.judgedBy, gitlab.accepts = "signing-token", "github.com/standard-webhooks/standard-webhooks/libraries, Webhook", acceptedByStandard
	svix := standardSender("standard_webhooks", "Svix")
	svix.variant, svix.judgedBy, svix.accepts = "svix", "github.com/svix/svix-webhooks, Webhook", acceptedBySvix
	box := box()
	box.signature = "Box-Signature-Secondary"
	signBox := box.sign
	box.sign = func(r *request, secret string, at time.Time) {
		signBox(r, secret, at)
		r.Header["Box-Signature-Secondary"] = r.Header["Box-Signature-Primary"]
		delete(r.Header, "Box-Signature-Primary")
	}
	return []sender{
		gitlab, svix, standardPublicKey(), box.as("box", "secondary"), grafana(),
		overBody("shopify", "Shopify-Hmac-Sha256", "", base64Sum, "https://shopify.dev/docs/apps/build/events", "Shopify/shopify-app-js at 529d4af4, packages/apps/shopify-api/lib/types.ts").as("shopify", "events"),
		overBody("forgejo", "X-Gitea-Signature", "", hexSum, "https://forgejo.org/docs/latest/user/webhooks/", forgejoSource).as("forgejo", "gitea-header"),
		overBody("attio", "X-Attio-Signature", "", hexSum, "https://docs.attio.com/rest-api/guides/webhooks", td+"src/registry/attio.ts").as("attio", "older-header"),
	}
}

// grafana sends a time if a header for it is set up.
func grafana() sender {
	s := overBody("grafana", "X-Grafana-Alerting-Signature", "", nil, "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/", "grafana/alerting at fdde1a13, http/hmac.go")
	s.config = "secret = \"%s\"\ntimestamp_header = \"X-Grafana-Timestamp\"\ntolerance = \"5m\""
	s.tolerance, s.stamp = 5*time.Minute, unix
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["X-Grafana-Timestamp"] = unix(at)
		r.Header[s.signature] = hexSum(secret, unix(at), ":", r.Body)
	}
	return s.as("grafana", "time")
}

// standardPublicKey is version v1a of Standard Webhooks.
func standardPublicKey() sender {
	keyOf := func(secret string) ed25519.PrivateKey {
		seed := sha256.Sum256([]byte(secret))
		return ed25519.NewKeyFromSeed(seed[:])
	}
	s := standardSender("standard_webhooks", "Webhook").as("standard_webhooks", "public-key")
	s.readings = []string{"https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md", "https://docs.svix.com/receiving/verifying-payloads/how-manual"}
	s.config = `public_key = "whpk_` + base64.StdEncoding.EncodeToString(keyOf(s.secret).Public().(ed25519.PublicKey)) + `"`
	s.sign = func(r *request, secret string, at time.Time) {
		signStandard(r, "Webhook", []byte("a key of twenty-four bytes"), at)
		text := r.Header["Webhook-Id"] + "." + unix(at) + "." + r.Body
		r.Header[s.signature] = "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(keyOf(secret), []byte(text)))
	}
	return s
}
