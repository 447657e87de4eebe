package challenge

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
)

// signedHandshakes are the challenges without settings that their providers sign.
func signedHandshakes() []handshake {
	return []handshake{
		{
			name: "slack",
			doc: "Answers [`url_verification`](https://docs.slack.dev/reference/events/url_verification), which Slack sends when a request URL is saved. " +
				"Slack signs it, so the trigger needs `auth \"slack\"`.",
			example: "Repeat the challenge of Slack",
			methods: []string{http.MethodPost}, signedBy: []string{"slack"},
			answer: answerSlack,
		},
		{
			name: "discord",
			doc: "Answers the pings of Discord: `{\"type\": 1}` of [interactions](https://docs.discord.com/developers/interactions/overview) gets the same, and type 0 of [webhook events](https://docs.discord.com/developers/events/webhook-events) gets 204. " +
				"Discord signs them, and also sends wrong signatures, which must get 401. So the trigger needs `auth \"discord\"`.",
			example: "Let Discord verify the endpoint",
			methods: []string{http.MethodPost}, signedBy: []string{"discord"},
			answer: answerDiscord,
		},
		{
			name: "twitch",
			doc: "Answers [`webhook_callback_verification`](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request), which Twitch sends for each new subscription. " +
				"Twitch signs it, so the trigger needs `auth \"twitch\"`.",
			example: "Repeat the challenge of Twitch",
			methods: []string{http.MethodPost}, signedBy: []string{"twitch"},
			asks: func(r *auth.Request) bool {
				return r.Header.Get("Twitch-Eventsub-Message-Type") == "webhook_callback_verification"
			},
			answer: func(r *auth.Request) *Answer { return answerText(textMember(decodeObject(r), "challenge")) },
		},
		{
			name: "xero",
			doc: "Answers the [intent to receive](https://developer.xero.com/documentation/guides/webhooks/configuring-your-server) of Xero: requests without events, of which those with a right signature get 200 and the others 401. " +
				"Xero accepts no body in an answer: refusals of `auth` and the default response have none. The trigger needs `auth \"xero\"`.",
			example: "Let Xero validate the endpoint",
			methods: []string{http.MethodPost}, signedBy: []string{"xero"},
			answer: answerXero, wantsNoBody: true,
		},
		{
			name: "github_ping",
			doc: "Answers the [`ping`](https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping) that GitHub sends when a webhook is created, without a run. " +
				"GitHub signs it, so the trigger needs `auth \"github\"`. `when` of the trigger can ignore other events.",
			example: "Answer the ping of GitHub",
			methods: []string{http.MethodPost}, signedBy: []string{"github"},
			asks:   func(r *auth.Request) bool { return r.Header.Get("X-Github-Event") == "ping" },
			answer: func(*auth.Request) *Answer { return &Answer{Status: http.StatusOK} },
		},
	}
}

func answerSlack(r *auth.Request) *Answer {
	const kind = "url_verification"
	if !bytes.Contains(r.Body, []byte(kind)) {
		return nil // most bodies are not decoded a second time
	}
	object := decodeObject(r)
	if textMember(object, "type") != kind {
		return nil
	}
	return answerText(textMember(object, "challenge"))
}

// answerDiscord tells an interaction of type 1, which is a ping, from a webhook event
// of type 1, which is an event.
func answerDiscord(r *auth.Request) *Answer {
	object := decodeObject(r)
	if _, isEvent := object["event"]; isEvent || object == nil {
		return nil
	}
	switch fmt.Sprint(object["type"]) {
	case "0":
		return &Answer{Status: http.StatusNoContent}
	case "1":
		return answerJSON(map[string]int{"type": 1})
	}
	return nil
}

func answerXero(r *auth.Request) *Answer {
	object := decodeObject(r)
	if events, ok := object["events"].([]any); !ok || len(events) > 0 {
		return nil
	}
	return &Answer{Status: http.StatusOK}
}
