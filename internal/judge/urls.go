package main

import (
	"strings"
	"time"
)

// urlSenders sign the URL as well.
func urlSenders() []sender {
	square := overBody("square", "X-Square-Hmacsha256-Signature", "", nil, "https://developer.squareup.com/docs/webhooks/step3validate", "square/square-nodejs-sdk at c58c6e09, src/wrapper/WebhooksHelper.ts")
	square.signs = []string{"body", "url"}
	square.sign = func(r *request, secret string, _ time.Time) {
		r.Header[square.signature] = base64Sum(secret, r.URL, r.Body)
	}
	trello := overBody("trello", "X-Trello-Webhook", "", nil, "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/", "garethx/webhook-skills at eca11f6a, skills/trello-webhooks/references/verification.md")
	trello.signs = []string{"body", "url"}
	trello.sign = func(r *request, secret string, _ time.Time) {
		r.Header[trello.signature] = base64Sum1(secret, r.Body, r.URL)
	}
	return []sender{square, trello, hubspot()}
}

// hubspot decodes some escapes of the URL.
func hubspot() sender {
	s := overBody("hubspot", "X-Hubspot-Signature-V3", "", nil, "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation", "HubSpot/hubspot-api-nodejs at 395cd9bf, src/utils/signature.ts")
	s.signs, s.tolerance, s.stamp = []string{"body", "url", "method"}, 5*time.Minute, unixMilli
	s.url = "https://hooks.example.com/in/a%20b%3Ac?at=%40home%26"
	s.sign = func(r *request, secret string, at time.Time) {
		signed := strings.NewReplacer("%3A", ":", "%40", "@").Replace(r.URL)
		r.Header["X-Hubspot-Request-Timestamp"] = unixMilli(at)
		r.Header[s.signature] = base64Sum(secret, r.Method, signed, r.Body, unixMilli(at))
	}
	return s
}
