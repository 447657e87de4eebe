package auth

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// clientCertificate checks the certificate with which a client connected. The
// handshake has verified that it is of one of the authorities of the gateway.
type clientCertificate struct {
	texts    []string
	subjects []subject
}

// subject is a name that a certificate may have.
type subject struct{ form, name string }

// The forms of names, as openssl writes them.
const (
	commonNameForm = "CN="
	dnsForm        = "DNS:"
	uriForm        = "URI:"
	emailForm      = "email:"
)

func (c *clientCertificate) Describe(s *schema.Spec) {
	s.Doc = "Asks for a client certificate (mutual TLS) of an authority in `client_ca` of the block `tls` in the `gateway` block. It works only if clients connect to the gateway itself, not through a proxy that ends TLS. Flows read the subject that the certificate has, without its form, as `webhook.auth.name`, and the names of the certificate as `webhook.auth.claims`: `common_name`, and the lists `dns`, `uris` and `emails`."
	schema.Texts(s, &c.texts, "subjects", "The names of which the certificate must have one: `CN=` before a common name, `DNS:`, `URI:` or `email:` before an alternative name. A name must be equal as a whole.", schema.Required())
	s.Check(c.checkSubjects)
	s.Example(schema.Example{
		Title: "Two partners",
		HCL:   "subjects = [\"DNS:orders.partner.example.com\", \"URI:spiffe://example.com/shop\"]",
	})
}

func (c *clientCertificate) checkSubjects(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(c.texts) == 0 {
		return hcl.Diagnostics{d.Problem("subjects", "No subject", "An empty list accepts no certificate. Give at least one name.")}
	}
	var diags hcl.Diagnostics
	for i, text := range c.texts {
		parsed, ok := parseSubject(text)
		if !ok {
			diags = append(diags, diag.Error(elementRange(d, "subjects", i), "Wrong subject", `Write the form before the name: "CN=partner", "DNS:partner.example.com", "URI:spiffe://example.com/partner" or "email:ops@example.com".`))
			continue
		}
		c.subjects = append(c.subjects, parsed)
	}
	return diags
}

func parseSubject(text string) (subject, bool) {
	for _, form := range []string{commonNameForm, dnsForm, uriForm, emailForm} {
		if name, found := strings.CutPrefix(text, form); found {
			return subject{form, name}, name != ""
		}
	}
	return subject{}, false
}

// matches reports whether a certificate has the name.
func (s subject) matches(c *x509.Certificate) bool {
	switch s.form {
	case commonNameForm:
		return c.Subject.CommonName == s.name
	case dnsForm:
		return slices.ContainsFunc(c.DNSNames, func(name string) bool { return strings.EqualFold(name, s.name) })
	case uriForm:
		return slices.Contains(urisOf(c), s.name)
	}
	return slices.Contains(c.EmailAddresses, s.name)
}

func urisOf(c *x509.Certificate) []string {
	out := make([]string, len(c.URIs))
	for i, u := range c.URIs {
		out[i] = u.String()
	}
	return out
}

// Verify accepts a request over a connection with such a certificate.
func (c *clientCertificate) Verify(ctx context.Context, r *Request) error {
	_, err := c.verifyCaller(ctx, r)
	return err
}

// verifyCaller returns the names of the certificate; the name of the caller is the
// first of the subjects that it has. A connection may be open for longer than the
// certificate is valid.
func (c *clientCertificate) verifyCaller(_ context.Context, r *Request) (Caller, error) {
	given := r.ClientCertificate
	switch {
	case given == nil:
		return Caller{}, errors.New("the connection has no client certificate")
	case r.Now.After(given.NotAfter):
		return Caller{}, errors.New("the client certificate has expired")
	}
	at := slices.IndexFunc(c.subjects, func(s subject) bool { return s.matches(given) })
	if at < 0 {
		return Caller{}, fmt.Errorf("the client certificate has none of the %d subjects", len(c.subjects))
	}
	return Caller{Name: c.subjects[at].name, Claims: map[string]any{
		"common_name": strings.ToValidUTF8(given.Subject.CommonName, "\uFFFD"), "dns": anyList(given.DNSNames), "uris": anyList(urisOf(given)), "emails": anyList(given.EmailAddresses),
	}}, nil
}

func anyList(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = strings.ToValidUTF8(text, "\uFFFD")
	}
	return out
}

func (c *clientCertificate) hasClaims() bool              { return true }
func (c *clientCertificate) namesCaller() bool            { return true }
func (c *clientCertificate) needsClientCertificate() bool { return true }

// NeedsBody is false.
func (c *clientCertificate) NeedsBody() bool { return false }

// Challenge is empty: HTTP has none for certificates.
func (c *clientCertificate) Challenge() string { return "" }

// Headers is empty: the certificate belongs to the connection.
func (c *clientCertificate) Headers() []string { return nil }

// Query is empty.
func (c *clientCertificate) Query() []string { return nil }
