package auth

// All returns the kinds of auth that triggers may use, and the planned kinds,
// which have a name but can't be used yet.
func All() []Kind {
	kinds := []Kind{
		{Name: "basic", New: func() Check { return &basic{} }},
		{Name: "bearer", New: func() Check { return &bearer{} }},
		{Name: "header", New: func() Check { return &header{} }},
		{Name: "query", New: func() Check { return &query{} }},
		{Name: "hmac", New: func() Check { return &hmacCheck{} }},
		{Name: "signature", New: func() Check { return &publicKeyCheck{} }},
	}
	for _, p := range presets() {
		kinds = append(kinds, p.kind())
	}
	return append(kinds, plannedKinds()...)
}

// plannedKinds returns the kinds that a later version will bring, each with an
// alternative for now.
func plannedKinds() []Kind {
	const noAlternative = "it comes in a later version, and no other kind can check its signature."
	insteadUse := func(how string) string { return "it comes in a later version. Until then " + how + "." }
	signed := func(settings string) string {
		return insteadUse("use auth \"hmac\" with your secret and " + settings)
	}
	return []Kind{
		{Name: "jwt", NotYet: noAlternative},
		{Name: "mtls", NotYet: insteadUse("let a proxy check certificates and send a secret header, and use auth \"header\"")},

		{Name: "gitlab", NotYet: insteadUse(`use auth "header" with name = "X-Gitlab-Token"`)},
		{Name: "twilio", NotYet: noAlternative},
		{Name: "zendesk", NotYet: signed(`header = "X-Zendesk-Webhook-Signature", encoding = "base64", timestamp_header = "X-Zendesk-Webhook-Signature-Timestamp", payload = "${webhook.headers["X-Zendesk-Webhook-Signature-Timestamp"]}${webhook.raw}"`)},
		{Name: "paddle", NotYet: noAlternative},
		{Name: "hubspot", NotYet: noAlternative},
		{Name: "square", NotYet: signed(`header = "X-Square-Hmacsha256-Signature", encoding = "base64", payload = "NOTIFICATION-URL${webhook.raw}"`)},
		{Name: "sendgrid", NotYet: noAlternative},
		{Name: "discord", NotYet: noAlternative},
		{Name: "linear", NotYet: signed(`header = "Linear-Signature"`)},
		{Name: "typeform", NotYet: signed(`header = "Typeform-Signature", encoding = "base64", prefix = "sha256="`)},
		{Name: "mailgun", NotYet: noAlternative},
		{Name: "zoom", NotYet: signed(`header = "X-Zm-Signature", prefix = "v0=", timestamp_header = "X-Zm-Request-Timestamp", payload = "v0:${webhook.headers["X-Zm-Request-Timestamp"]}:${webhook.raw}"`)},
		{Name: "intercom", NotYet: signed(`header = "X-Hub-Signature", algorithm = "sha1", prefix = "sha1="`)},
		{Name: "woocommerce", NotYet: signed(`header = "X-WC-Webhook-Signature", encoding = "base64"`)},
		{Name: "bitbucket", NotYet: signed(`header = "X-Hub-Signature", prefix = "sha256="`)},
	}
}
