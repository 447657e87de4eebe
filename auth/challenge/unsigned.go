package challenge

import (
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/auth"
)

// unsignedHandshakes are the challenges without settings that their providers do not
// sign. Their answers repeat short texts, or are empty.
func unsignedHandshakes() []handshake {
	return append(handshakesByName(), handshakesByBody()...)
}

// handshakesByName are known by their method, header or query.
func handshakesByName() []handshake {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	return []handshake{
		{
			name: "azure_event_grid",
			doc: "Answers the [validation of Azure Event Grid](https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema): `SubscriptionValidation` by `POST`, " +
				"and for CloudEvents [`OPTIONS` with `WebHook-Request-Origin`](https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema).",
			example: "Validate a subscription of Event Grid",
			methods: []string{http.MethodPost, http.MethodOptions}, asks: asksEventGrid, answer: answerEventGrid,
		},
		{
			name: "microsoft_graph",
			doc: "Answers the [validation of Microsoft Graph](https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation): a `POST` with `validationToken`, which is repeated as text. " +
				"`auth \"microsoft_graph\"` checks the notifications.",
			example: "Repeat the token of a new subscription",
			methods: post, asks: func(r *auth.Request) bool { return r.Query.Has("validationToken") },
			answer: func(r *auth.Request) *Answer { return answerText(r.Query.Get("validationToken")) },
		},
		{
			name:    "okta",
			doc:     "Answers the [one-time verification of Okta](https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request): a `GET` with `X-Okta-Verification-Challenge`. `auth \"okta\"` checks the events.",
			example: "Verify an event hook of Okta",
			methods: get, asks: func(r *auth.Request) bool { return r.Header.Get("X-Okta-Verification-Challenge") != "" },
			answer: func(r *auth.Request) *Answer {
				return answerMembers(map[string]string{"verification": r.Header.Get("X-Okta-Verification-Challenge")})
			},
		},
		{
			name:    "dropbox",
			doc:     "Answers the [verification request of Dropbox](https://www.dropbox.com/developers/reference/webhooks): a `GET` with `challenge`, which is repeated as text. `auth \"dropbox\"` checks the notifications.",
			example: "Repeat the challenge of Dropbox",
			methods: get, asks: func(r *auth.Request) bool { return r.Query.Has("challenge") },
			answer: func(r *auth.Request) *Answer { return answerText(r.Query.Get("challenge")) },
		},
		{
			name:    "trello",
			doc:     "Answers the [`HEAD` of Trello](https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/) with 200 when a webhook is created. `auth \"trello\"` checks the deliveries.",
			example: "Let Trello create a webhook",
			methods: []string{http.MethodHead}, answer: func(*auth.Request) *Answer { return &Answer{Status: http.StatusOK} },
		},
	}
}

// handshakesByBody are known by what a POST holds, and by what its header does not.
func handshakesByBody() []handshake {
	post := []string{http.MethodPost}
	return []handshake{
		{
			name:    "monday",
			doc:     "Answers the [challenge of monday.com](https://developer.monday.com/api-reference/reference/webhooks): a `POST` whose only member `challenge` is repeated as JSON.",
			example: "Repeat the challenge of monday.com",
			methods: post, answer: answerMonday,
		},
		{
			name: "notion",
			doc: "Answers the [verification of Notion](https://developers.notion.com/reference/webhooks): a `POST` whose only member is `verification_token`. " +
				"Copy the token from the log line `answered a challenge` into the settings of the webhook at Notion, and use it as the secret of `auth \"notion\"`. Notion refuses a token that it did not send.",
			example: "Learn the verification token of Notion",
			methods: post, answer: answerNotion,
		},
		{
			name: "woocommerce",
			doc: "Answers the ping that [WooCommerce](https://woocommerce.com/document/webhooks/) sends when a webhook is saved: an unsigned form with `webhook_id` and nothing else. " +
				"`auth \"woocommerce\"` would refuse it, and WooCommerce disables a webhook after five refusals.",
			example: "Let the ping of WooCommerce pass",
			methods: post, asks: asksWooCommerce, answer: answerWooCommerce,
		},
	}
}

func asksEventGrid(r *auth.Request) bool {
	if r.Method == http.MethodOptions {
		return strings.HasPrefix(r.Header.Get("Webhook-Request-Origin"), "eventgrid.azure.")
	}
	return r.Header.Get("Aeg-Event-Type") == "SubscriptionValidation"
}

func answerEventGrid(r *auth.Request) *Answer {
	if r.Method == http.MethodOptions {
		return grantOrigin(r)
	}
	list, _ := decodeBody(r).([]any)
	if len(list) != 1 {
		return nil
	}
	event, _ := list[0].(map[string]any)
	data, _ := event["data"].(map[string]any)
	return answerMembers(map[string]string{"validationResponse": textMember(data, "validationCode")})
}

// grantOrigin lets Event Grid send CloudEvents, at any rate.
func grantOrigin(r *auth.Request) *Answer {
	origin := r.Header.Get("Webhook-Request-Origin")
	if !isWord(strings.ReplaceAll(origin, ".", "-"), maxSigned) {
		return nil
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{"Webhook-Allowed-Origin": {origin}, "Webhook-Allowed-Rate": {"*"}}}
}

// singleMember returns the text of an object that has one member.
func singleMember(r *auth.Request, name string) string {
	object := decodeObject(r)
	if len(object) != 1 {
		return ""
	}
	return textMember(object, name)
}

func answerMonday(r *auth.Request) *Answer {
	return answerMembers(map[string]string{"challenge": singleMember(r, "challenge")})
}

func answerNotion(r *auth.Request) *Answer {
	token := singleMember(r, "verification_token")
	if !isWord(token, maxSigned) {
		return nil
	}
	return &Answer{Status: http.StatusOK, Note: "The verification token is " + token + "."}
}

// asksWooCommerce excludes deliveries, which are signed or at least have a topic.
func asksWooCommerce(r *auth.Request) bool {
	return r.Header.Get("X-Wc-Webhook-Signature") == "" && r.Header.Get("X-Wc-Webhook-Topic") == ""
}

func answerWooCommerce(r *auth.Request) *Answer {
	id, found := strings.CutPrefix(string(r.Body), "webhook_id=")
	if !found || id == "" || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
		return nil
	}
	return &Answer{Status: http.StatusOK}
}
