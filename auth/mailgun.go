package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// mailgun checks the signature of Mailgun, which is a part of the body and does not
// cover the rest of it.
type mailgun struct {
	bodySender
	keys      []*hmacKey
	tolerance time.Duration // 0: the time is not checked
}

func (m *mailgun) Describe(s *schema.Spec) {
	s.Doc = "Checks the signature of [Mailgun's webhooks](https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks): of events, which are JSON, and of received messages, which are forms. " +
		"Mailgun signs a time and a token, and not the rest of the body. `dedupe` with the token as its key refuses a signature that is used again."
	secretField(s, "secret", "The *HTTP webhook signing key* of the account, on the page *API Security* of the control panel.", checkSigningKey, func(keys []string) {
		m.keys = hmacKeys(sha256Name, keys)
	})
	schema.Attr(s, &m.tolerance, "tolerance", "The maximum difference between the time of the signature and the clock of the gateway. By default the time is not checked.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if d.Has("tolerance") && m.tolerance <= 0 {
			return hcl.Diagnostics{d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "5m".`)}
		}
		return nil
	})
	s.Example(schema.Example{Title: "Events signed with the key of the account", HCL: "secret = secret.mailgun"})
}

func (m *mailgun) Verify(_ context.Context, r *Request) error {
	at, token, signature, err := mailgunSignature(r)
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("the signature has no token")
	}
	if !mailgunTime.MatchString(at) {
		return errors.New("the timestamp of the signature is not of 10 digits")
	}
	if m.tolerance > 0 {
		if err := (timeSource{format: unixName, tolerance: m.tolerance}).check(at, r.Now); err != nil {
			return err
		}
	}
	if !matchText(m.keys, hexName, sha256.Size, at+token, signature) {
		return errMismatch
	}
	return nil
}

// mailgunTime is the form of a time of Mailgun, Unix seconds. Nothing separates it
// from the token in the signed text: with times of any length, one signature would
// fit several tokens, and dedupe by the token would not find the repetition.
var mailgunTime = regexp.MustCompile(`^[0-9]{10}$`)

// mailgunSignature returns the parts of the signature.
func mailgunSignature(r *Request) (at, token, signature string, err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		object, err := decodeObject(r.Body)
		if err != nil {
			return "", "", "", err
		}
		signed, ok := object["signature"].(map[string]any)
		if !ok {
			return "", "", "", errors.New("the body has no member signature")
		}
		return textMember(signed, "timestamp"), textMember(signed, "token"), textMember(signed, "signature"), nil
	}
	form, err := readForm(r)
	if err != nil {
		return "", "", "", err
	}
	var texts [3]string
	for i, name := range []string{"timestamp", "token", "signature"} {
		if texts[i], err = singleField(form, name); err != nil {
			return "", "", "", err
		}
	}
	return texts[0], texts[1], texts[2], nil
}
