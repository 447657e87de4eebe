package auth

import (
	"context"
	"errors"
	"strings"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// bodyToken checks a secret that the body holds.
type bodyToken struct {
	bodySender
	doc, secret string
	example     string
	path        string // of the secret in the body; [] stands for each element of a list
	tokens      digests
	token       string // the first, see Imitate
}

func newFigma() Check {
	return &bodyToken{
		doc:     "Checks the passcode in the body of [Figma's webhooks](https://developers.figma.com/docs/rest-api/webhooks-security/).",
		secret:  "The `passcode` with which the webhook was created.",
		example: "secret = secret.figma", path: "passcode",
	}
}

func newMicrosoftGraph() Check {
	return &bodyToken{
		doc: "Checks `clientState` in each notification of [Microsoft Graph](https://learn.microsoft.com/graph/change-notifications-delivery-webhooks). " +
			"Each notification of a request must have it.",
		secret:  "The `clientState` with which the subscription was created.",
		example: "secret = secret.microsoft_graph", path: "value.[].clientState",
	}
}

func (b *bodyToken) Describe(s *schema.Spec) {
	s.Doc = b.doc
	secretField(s, "secret", b.secret, checkSigningKey, useFirst(&b.token, func(secrets []string) { b.tokens = newDigests(secrets...) }))
	s.Example(schema.Example{Title: "Requests that hold the secret", HCL: b.example})
}

func (b *bodyToken) Verify(_ context.Context, r *Request) error {
	decoded, err := value.Decode(r.Body, value.Limits{Depth: maxSignedDepth})
	if err != nil {
		return errNotJSON
	}
	found, ok := appendMembers(nil, decoded, strings.Split(b.path, "."))
	if !ok || len(found) == 0 {
		return errors.New("the body has no member " + b.path)
	}
	matched := 1
	for _, text := range found {
		matched &= b.tokens.matches(text)
	}
	if matched != 1 {
		return errors.New("wrong value in the member " + b.path + " of the body")
	}
	return nil
}

// appendMembers appends the texts at a path. It reports false if one of them is
// missing or no text.
func appendMembers(found []string, v any, path []string) ([]string, bool) {
	if len(path) == 0 {
		text, ok := v.(string)
		return append(found, text), ok
	}
	if path[0] != "[]" {
		object, _ := v.(map[string]any)
		return appendMembers(found, object[path[0]], path[1:])
	}
	list, ok := v.([]any)
	for _, element := range list {
		var whole bool
		found, whole = appendMembers(found, element, path[1:])
		ok = ok && whole
	}
	return found, ok
}
