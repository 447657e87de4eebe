package starter

// sender is what a provider sends.
type sender struct {
	name        string // that people read
	contentType string // a word of content_types
	sample      string // a body
	headers     string // further header fields of the sample, as members of an object
	variables   []string
	message     string // of the log line, as an expression
}

// senderOf returns what a provider sends; for those that are not listed a small
// JSON object.
func senderOf(provider string) sender {
	for name, s := range senders() {
		if name == provider {
			return s
		}
	}
	s := sender{contentType: "json", sample: `{"id": "evt_1", "type": "example"}`, message: `"received ${length(webhook.raw)} characters"`}
	if provider == "sns" { // it sends JSON as text/plain
		s.contentType = "text"
	}
	return s
}

func senders() map[string]sender {
	const text = "type = string"
	return map[string]sender{
		Generic: {
			contentType: "json", sample: `{"id": "1", "name": "Jane"}`,
			variables: []string{variable("id", text), variable("name", text, "required = false")}, message: `"request ${webhook.id}"`,
		},
		"github": {
			name: "GitHub", contentType: "json", headers: `X-GitHub-Event = "push"`,
			sample:    `{"ref": "refs/heads/main", "repository": {"full_name": "octocat/hello-world"}, "sender": {"login": "octocat"}}`,
			variables: []string{variable("event", text, `from = webhook.headers["X-GitHub-Event"]`)},
			message:   `"event ${webhook.event}"`,
		},
		"gitlab": {
			name: "GitLab", contentType: "json", headers: `X-Gitlab-Event = "Push Hook"`,
			sample:    `{"object_kind": "push", "ref": "refs/heads/main", "project": {"path_with_namespace": "mike/diaspora"}}`,
			variables: []string{variable("event", text, `from = webhook.headers["X-Gitlab-Event"]`)}, message: `"event ${webhook.event}"`,
		},
		"stripe": {
			name: "Stripe", contentType: "json",
			sample:    `{"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1", "amount": 2000, "currency": "eur"}}}`,
			variables: []string{variable("id", text), variable("type", text)}, message: `"${webhook.type} ${webhook.id}"`,
		},
		"slack": {
			name: "Slack", contentType: "json",
			sample:    `{"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "app_mention", "user": "U1", "text": "<@U0> hello", "channel": "C1"}}`,
			variables: []string{variable("event_id", text), variable("event", "type = object({ type = string })")}, message: `"${webhook.event.type} ${webhook.event_id}"`,
		},
		"shopify": {
			name: "Shopify", contentType: "json", headers: `X-Shopify-Topic = "orders/create"`,
			sample:    `{"id": 820982911946154508, "email": "jane@example.com", "total_price": "199.00", "currency": "EUR"}`,
			variables: []string{variable("topic", text, `from = webhook.headers["X-Shopify-Topic"]`), variable("id", "type = number")}, message: `"${webhook.topic} ${webhook.id}"`,
		},
		"twilio": {
			name: "Twilio", contentType: "form", sample: `MessageSid=SM1&From=%2B491711234567&To=%2B491717654321&Body=Hello`,
			variables: []string{variable("from", text, "from = webhook.body.From"), variable("text", text, "from = webhook.body.Body")}, message: `"a message of ${length(webhook.text)} characters"`,
		},
		"braintree": {
			name: "Braintree", contentType: "form", sample: `bt_signature=&bt_payload=PG5vdGlmaWNhdGlvbj48a2luZD5jaGVjazwva2luZD48L25vdGlmaWNhdGlvbj4%3D`,
			message: `"received ${length(webhook.raw)} characters"`,
		},
		"standard_webhooks": {
			name: "the sender (Standard Webhooks)", contentType: "json", sample: `{"type": "user.created", "timestamp": "2026-03-01T10:00:00Z", "data": {"id": "1"}}`,
			variables: []string{variable("type", text)}, message: `"event ${webhook.type}"`,
		},
	}
}

func variable(name string, attributes ...string) string {
	out := "variable \"" + name + "\" {\n"
	for _, a := range attributes {
		out += a + "\n"
	}
	return out + "}"
}

func (s sender) title(provider string) string {
	switch {
	case s.name != "":
		return s.name
	case provider == Generic:
		return "the sender"
	}
	return provider
}

func (s sender) extension() string {
	if s.contentType == "form" {
		return ".txt"
	}
	return ".json"
}

// bodyAttribute returns the attribute of a request of a test that has the sample.
func (s sender) bodyAttribute() string {
	if s.contentType == "form" {
		return "form"
	}
	return s.contentType
}

// challengeOf returns the challenge of a provider: that of its name, or of the
// company behind it. Not all have one.
func challengeOf(provider string) string {
	switch provider {
	case "github":
		return "github_ping"
	case "whatsapp":
		return "meta"
	}
	return provider
}

// signsURL reports whether a provider signs the URL of its requests, so that the
// gateway has to know its own.
func signsURL(provider string) bool {
	switch provider {
	case "contentful", "hubspot", "square", "trello", "twilio":
		return true
	}
	return false
}
