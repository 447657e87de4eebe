package challenge

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
)

// maxSigned is the length of the longest text that an answer signs.
const maxSigned = 256

// zoom answers the validation of Zoom, which is signed, with a signature.
type zoom struct {
	handshake
	secret string
}

func newZoom() *zoom {
	z := &zoom{}
	z.handshake = handshake{methods: []string{http.MethodPost}, signedBy: []string{"zoom"}, answer: z.validate}
	return z
}

// Describe declares the block.
func (z *zoom) Describe(s *schema.Spec) {
	s.Doc = "Answers [`endpoint.url_validation`](https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint), which Zoom sends when a URL is saved, and again every 72 hours. " +
		"Zoom signs it, so the trigger needs `auth \"zoom\"`. A token that is longer than 256 characters, or has others than letters, digits, `_` and `-`, gets 400."
	schema.Attr(s, &z.secret, "secret", "The *Secret Token* on the page *Access* of the app, the same as that of `auth \"zoom\"`.", schema.Required(), schema.Credential())
	requireText(s, &z.secret, "secret")
	s.Example(schema.Example{Title: "Prove to Zoom that the endpoint knows the secret", HCL: "secret = secret.zoom"})
}

func (z *zoom) validate(r *auth.Request) *Answer {
	const kind = "endpoint.url_validation"
	if !bytes.Contains(r.Body, []byte(kind)) {
		return nil // most bodies are not decoded a second time
	}
	object := decodeObject(r)
	if textMember(object, "event") != kind {
		return nil
	}
	payload, _ := object["payload"].(map[string]any)
	token := textMember(payload, "plainToken")
	// A delivery is signed over "v0:<time>:<body>": the colons keep a token from being one.
	if !isWord(token, maxSigned) || z.secret == "" {
		return &Answer{Status: http.StatusBadRequest, Refusal: errors.New("plainToken is not of the form of a token")}
	}
	mac := hmac.New(sha256.New, []byte(z.secret))
	mac.Write([]byte(token))
	return answerMembers(map[string]string{"plainToken": token, "encryptedToken": hex.EncodeToString(mac.Sum(nil))})
}

// SignsWith is HMAC-SHA-256.
func (z *zoom) SignsWith() string { return "sha256" }
