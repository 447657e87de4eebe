package challenge

import (
	"bytes"
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
