package auth

import (
	"github.com/webhook-gateway/gateway/config/schema"
)

// preset is a sender whose way to sign is known, so that a file gives the
// secret alone.
type preset struct {
	name   string
	doc    string // whole sentences, with a link to the sender's own page
	secret string // what the sender calls the secret and where it is found
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
	secretField(s, "secret", p.preset.secret, signingKey, func(secrets []string) { p.use(secrets) })
	s.Example(schema.Example{
		Title: "Only what was signed with the secret",
		HCL:   "secret = secret." + p.preset.name,
	})
}
