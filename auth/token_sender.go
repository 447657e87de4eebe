package auth

import (
	"cmp"
	"maps"
	"slices"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// tokenSender is a sender that sends JSON Web Tokens, so that a configuration gives
// only what differs between its customers.
type tokenSender struct {
	name      string
	doc       string // whole sentences, with a link to the documentation of the sender
	secret    string // the sender's name for the secret, and where to find it; "" for a key set
	keySetURL string
	algorithm string
	header    string // "" for Authorization
	nameClaim string // "" for sub
	bare      bool   // the token stands alone in Authorization, without Bearer
	rules     claimRules
	audience  string // what the tokens are for; "" if they do not say it
	options   []tokenOption
	examples  []schema.Example
	// adapt, if set, changes the check by the audience.
	adapt func(c *jwtCheck, audience string)
}

// tokenOption is a required attribute of a sender, without which tokens of its other
// customers would be accepted.
type tokenOption struct {
	name, doc string
	// apply sets the rules, and returns a sentence that says why a value is wrong.
	apply func(k *claimRules, value string) (flaw string)
}

// tokenSenders returns the senders that send tokens.
func tokenSenders() []Kind {
	var kinds []Kind
	for _, s := range slices.Concat(googleSenders(), otherTokenSenders()) {
		kinds = append(kinds, Kind{Name: s.name, New: func() Check { return &tokenSenderCheck{sender: s} }})
	}
	return kinds
}

// tokenSenderCheck checks the tokens of one sender.
type tokenSenderCheck struct {
	jwtCheck
	sender tokenSender
	values []string // of the options
}

func (c *tokenSenderCheck) Describe(s *schema.Spec) {
	c.setDefaults()
	s.Doc = c.sender.doc
	c.keySetURL, c.algorithms = c.sender.keySetURL, []string{c.sender.algorithm}
	if c.sender.header != "" {
		c.place.header = c.sender.header
	}
	c.place.bare = c.sender.bare
	c.nameClaim = cmp.Or(c.sender.nameClaim, c.nameClaim)
	c.rules = c.sender.rules
	c.rules.leeway, c.rules.requiredTexts = defaultLeeway, maps.Clone(c.sender.rules.requiredTexts)
	if c.keySetURL != "" {
		c.keys = unopenedKeys{}
	}
	if c.sender.secret != "" {
		keyField(s, "secret", c.sender.secret, c.checkSenderSecret, c.setSecrets, schema.Required(), schema.Credential())
	}
	if c.sender.audience != "" {
		schema.Texts(s, &c.rules.audiences, "audience", c.sender.audience, schema.Required())
	}
	c.values = make([]string, len(c.sender.options))
	for i, o := range c.sender.options {
		schema.Attr(s, &c.values[i], o.name, o.doc, schema.Required())
	}
	s.Check(c.checkSender)
	for _, e := range c.sender.examples {
		s.Example(e)
	}
}

// checkSenderSecret accepts short secrets: the sender chooses their form.
func (c *tokenSenderCheck) checkSenderSecret(text string) (string, hcl.DiagnosticSeverity) {
	return checkEncodedKey(c.secretEncoding, text)
}

func (c *tokenSenderCheck) checkSender(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkNotEmpty(d, "audience", c.rules.audiences)
	for i, o := range c.sender.options {
		if flaw := o.apply(&c.rules, c.values[i]); flaw != "" {
			diags = append(diags, d.Problem(o.name, "Wrong value", flaw))
		}
	}
	if diags.HasErrors() {
		return diags
	}
	if c.sender.adapt != nil {
		diags = append(diags, c.adaptAudience(d)...)
	}
	c.parser = jwt.NewParser(jwt.WithValidMethods(c.algorithms), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	return diags
}

// adaptAudience adapts the check to its audiences, which must be of one form.
func (c *tokenSenderCheck) adaptAudience(d *schema.Decoded) hcl.Diagnostics {
	if slices.ContainsFunc(c.rules.audiences, isNumber) && !isNumber(c.rules.audiences[0]) ||
		isNumber(c.rules.audiences[0]) && !allNumbers(c.rules.audiences) {
		return hcl.Diagnostics{d.Problem("audience", "Audiences of two forms", "Tokens for a project number and tokens for a URL have different keys. Write one auth block for each.")}
	}
	c.sender.adapt(&c.jwtCheck, c.rules.audiences[0])
	return nil
}

func isNumber(text string) bool {
	return text != "" && !slices.ContainsFunc([]byte(text), func(b byte) bool { return b < '0' || b > '9' })
}

func allNumbers(texts []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !isNumber(text) })
}
