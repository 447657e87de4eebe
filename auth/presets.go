package auth

import (
	"github.com/webhook-gateway/gateway/config/schema"
)

// presets returns the senders whose signatures need only a secret. To add a
// sender whose signature is an HMAC, add a row; see scheme for its columns.
func presets() []preset {
	return []preset{
		{
			name: "github",
			doc: "Checks the signature of [GitHub's webhooks](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). " +
				"Only `X-Hub-Signature-256` is read; the older `X-Hub-Signature` is ignored.",
			secret: "The *Secret* in the settings of the webhook.",
			scheme: scheme{
				header: "X-Hub-Signature-256", algorithm: sha256Name, encoding: hexName, prefix: "sha256=",
				payload: bodyPayload(),
			},
		},
	}
}

// preset is a sender whose signature scheme is known, so that a configuration
// gives only the secret.
type preset struct {
	name   string
	doc    string // whole sentences, with a link to the documentation of the sender
	secret string // the sender's name for the secret, and where to find it
	scheme scheme
}

func (p preset) kind() Kind {
	return Kind{Name: p.name, New: func() Check { return &presetCheck{preset: p} }}
}

// presetCheck checks the signature of one sender.
type presetCheck struct {
	signature
	preset preset
}

func (p *presetCheck) Describe(s *schema.Spec) {
	p.scheme = p.preset.scheme
	s.Doc = p.preset.doc
	secretField(s, "secret", p.preset.secret, checkSigningKey, func(secrets []string) { p.setKeys(secrets) })
	s.Example(schema.Example{
		Title: "Requests signed with the secret",
		HCL:   "secret = secret." + p.preset.name,
	})
}
