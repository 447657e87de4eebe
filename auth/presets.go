package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// preset is a sender whose signature scheme is known, so that a configuration
// gives only the key.
type preset struct {
	name      string
	doc       string // whole sentences, with a link to the documentation of the sender
	secret    string // the sender's name for the secret, and where to find it; "" if there is none
	publicKey string // the same for the public key
	examples  []schema.Example

	// schemes are the ways in which the sender signs, of which one must match.
	schemes []presetScheme
	// handshake: without a secret in the file, that of the handshake counts.
	handshake bool
	// timeOption: the sender lets its user name the header of the time.
	timeOption bool
}

// presetScheme is one way in which a sender signs.
type presetScheme struct {
	scheme
	// takes reports whether a secret belongs to this scheme; nil if each does.
	takes func(secret string) bool
}

func (p preset) kind() Kind {
	return Kind{Name: p.name, New: func() Check { return &presetCheck{preset: p} }}
}

// presetCheck checks the signature of one sender.
type presetCheck struct {
	preset     preset
	signatures []*signature
	tolerance  time.Duration // 0 for that of the sender
	timeHeader string
	kept       atomic.Pointer[handshakeSignature] // of the latest secret of a handshake
}

func (p *presetCheck) Describe(s *schema.Spec) {
	s.Doc = p.preset.doc
	for _, one := range p.preset.schemes {
		p.signatures = append(p.signatures, &signature{scheme: one.canonical()})
	}
	p.describeKeys(s)
	p.describeTime(s)
	examples := p.preset.examples
	if len(examples) == 0 {
		examples = []schema.Example{{Title: "Requests signed with the secret", HCL: "secret = secret." + p.preset.name}}
	}
	for _, e := range examples {
		s.Example(e)
	}
}

func (p *presetCheck) describeKeys(s *schema.Spec) {
	hasBoth := p.preset.secret != "" && p.preset.publicKey != ""
	var options []schema.Option
	if !hasBoth && !p.preset.handshake {
		options = append(options, schema.Required())
	}
	if p.preset.secret != "" {
		keyField(s, "secret", p.preset.secret, p.checkSecret, p.setSecrets, append(options, schema.Credential())...)
	}
	if p.preset.publicKey != "" {
		keyField(s, "public_key", p.preset.publicKey, p.checkPublicKey, p.setPublicKeys, options...)
	}
	if hasBoth {
		s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
			if d.Has("secret") || d.Has("public_key") {
				return nil
			}
			return hcl.Diagnostics{d.Problem("secret", "Missing attribute", `Give "secret" or "public_key", or both.`)}
		})
	}
}

// describeTime declares the settings of the time. The tolerance of the sender is
// the default.
func (p *presetCheck) describeTime(s *schema.Spec) {
	if p.preset.timeOption {
		schema.Attr(s, &p.timeHeader, "timestamp_header", "The header that says when the request was signed, if the sender is set up to send one.")
		s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics { return p.setTimeHeader(d) })
	}
	if !p.hasTime() {
		return
	}
	doc := "The maximum difference between the time of the signature and the clock of the gateway."
	p.tolerance = p.signatures[0].time.tolerance
	switch {
	case p.preset.timeOption:
		p.tolerance = defaultTolerance // of requests with a time
	case p.tolerance == 0:
		doc += " By default the time is not checked."
	}
	schema.Attr(s, &p.tolerance, "tolerance", doc)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if d.Has("tolerance") && p.tolerance <= 0 {
			return hcl.Diagnostics{d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "5m".`)}
		}
		for _, v := range p.signatures {
			v.time.tolerance = p.tolerance
		}
		return nil
	})
}

func (p *presetCheck) hasTime() bool { return p.preset.timeOption || p.signatures[0].time.isSet() }

// setTimeHeader adds the header of the time, which is signed before the body and
// ends with a colon.
func (p *presetCheck) setTimeHeader(d *schema.Decoded) hcl.Diagnostics {
	if !d.Has("timestamp_header") {
		if d.Has("tolerance") {
			return hcl.Diagnostics{d.Problem("tolerance", "Tolerance without a time", `No time is checked without "timestamp_header". Add it, or remove "tolerance".`)}
		}
		return nil
	}
	diags := checkHeaderName(d, "timestamp_header", p.timeHeader)
	for _, v := range p.signatures {
		v.time.header, v.time.format = p.timeHeader, unixName
		v.payload = template("{timestamp}:{body}")
		v.scheme = v.canonical()
	}
	return diags
}

// checkSecret is the rule for secrets: one of the schemes must take them.
func (p *presetCheck) checkSecret(text string) (string, hcl.DiagnosticSeverity) {
	for _, one := range p.preset.schemes {
		if one.usesPublicKey() || one.takes != nil && !one.takes(text) {
			continue
		}
		if one.algorithm == tokenName {
			return checkFieldText(text)
		}
		return checkEncodedKey(one.secretEncoding, text)
	}
	return "It has not the form of a secret of this sender.", hcl.DiagError
}

func (p *presetCheck) checkPublicKey(text string) (string, hcl.DiagnosticSeverity) {
	for _, one := range p.preset.schemes {
		if one.usesPublicKey() {
			return checkPublicKey(one.algorithm, one.secretEncoding, text)
		}
	}
	return "", hcl.DiagInvalid
}

func (p *presetCheck) setSecrets(secrets []string) { p.setKeys(secrets, false) }

func (p *presetCheck) setPublicKeys(keys []string) { p.setKeys(keys, true) }

// setKeys gives each scheme its keys.
func (p *presetCheck) setKeys(keys []string, public bool) {
	for i, v := range p.signatures {
		if v.usesPublicKey() != public {
			continue
		}
		var own []string
		for _, text := range keys {
			if takes := p.preset.schemes[i].takes; takes == nil || takes(text) {
				own = append(own, text)
			}
		}
		v.setKeys(own)
	}
}

// Verify accepts a request if one of the schemes that have a key does. Otherwise it
// returns the reason of a scheme whose header the request has.
func (p *presetCheck) Verify(ctx context.Context, r *Request) error {
	if p.preset.handshake && len(p.signatures[0].keys) == 0 {
		return p.verifyHandshake(ctx, r)
	}
	var reason error
	for _, v := range p.signatures {
		if len(v.keys) == 0 {
			continue
		}
		err := v.Verify(ctx, r)
		if err == nil {
			return nil
		}
		if _, missing := errors.AsType[missingHeader](err); reason == nil || !missing {
			reason = err
		}
	}
	if reason == nil {
		return fmt.Errorf("no key of %s is set", p.preset.name)
	}
	return reason
}

// NeedsBody reports whether the body is signed.
func (p *presetCheck) NeedsBody() bool {
	return slices.ContainsFunc(p.inUse(), func(v *signature) bool { return v.NeedsBody() })
}

func (p *presetCheck) signsURL() bool {
	return slices.ContainsFunc(p.inUse(), func(v *signature) bool { return v.signsURL() })
}

// inUse returns the signatures that have a key, or all of them while the keys are
// not known.
func (p *presetCheck) inUse() []*signature {
	hasKey := func(v *signature) bool { return len(v.keys) > 0 }
	if !slices.ContainsFunc(p.signatures, hasKey) {
		return p.signatures
	}
	return slices.DeleteFunc(slices.Clone(p.signatures), func(v *signature) bool { return !hasKey(v) })
}

// Challenge is the one of signatures.
func (p *presetCheck) Challenge() string { return formatChallenge("Signature", defaultRealm) }

// Headers names the headers of the signatures.
func (p *presetCheck) Headers() []string {
	var names []string
	for _, v := range p.signatures {
		names = append(names, v.Headers()...)
	}
	return sortUnique(names)
}

// Query is empty: signatures stand in headers.
func (p *presetCheck) Query() []string { return nil }
