package auth

import (
	"net/http"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// hmacCheck checks a signature whose scheme the configuration describes.
type hmacCheck struct {
	signature
}

// defaultTolerance is the maximum age of a signed request. Most senders
// recommend it.
const defaultTolerance = 5 * time.Minute

func (h *hmacCheck) Describe(s *schema.Spec) {
	h.scheme = scheme{algorithm: sha256Name, encoding: hexName, payload: bodyPayload(), tolerance: defaultTolerance}
	s.Doc = "Checks an HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) over the raw bytes of the request. For senders that have a preset, use the preset."
	secretField(s, "secret", "The secret that the sender signs with.", checkSigningKey, func(secrets []string) { h.setKeys(secrets) })
	schema.Attr(s, &h.header, "header", "The header that holds the signature; it must occur exactly once.", schema.Required())
	schema.Attr(s, &h.algorithm, "algorithm", "The hash function. `sha1` is for senders that support no other.", schema.OneOf(algorithmNames()...))
	schema.Attr(s, &h.encoding, "encoding", "The encoding of the signature. The case of `hex` and the padding of `base64` and `base64url` do not matter.", schema.OneOf(hexName, base64Name, base64urlName))
	schema.Attr(s, &h.prefix, "prefix", "The text before the signature in its header.")
	schema.Attr(s, &h.timestampHeader, "timestamp_header", "The header that says when the request was signed: Unix time in seconds, or in milliseconds where it has 12 digits or more, RFC 3339, or a date of HTTP. Include it in `payload`, as the sender does: a time that is not signed can be changed.")
	schema.Attr(s, &h.tolerance, "tolerance", "The maximum difference between that time and the clock of the gateway, in either direction.")
	schema.Func(s, "payload", "string", "The bytes that the sender signs: text, `webhook.headers[\"NAME\"]` and `webhook.raw`.", h.payload.compile,
		schema.Default("webhook.raw"), func(f *schema.Field) { f.Dynamic = true })
	s.Check(h.checkSettings)
	h.describeExamples(s)
}

func (h *hmacCheck) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "A signature over the body",
		HCL:   "secret   = secret.shop\nheader   = \"X-Shop-Signature\"\nencoding = \"base64\"",
	})
	s.Example(schema.Example{
		Title: "A signature that expires",
		HCL: "secret           = [secret.partner, secret.partner_old]\nheader           = \"X-Signature\"\nprefix           = \"v0=\"\n" +
			"payload          = \"v0:${webhook.headers[\"X-Timestamp\"]}:${webhook.raw}\"\n" +
			"timestamp_header = \"X-Timestamp\"\ntolerance        = \"3m\"",
	})
}

func (h *hmacCheck) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkHeaderName(d, "header", h.header)
	if !d.Has("timestamp_header") {
		if d.Has("tolerance") {
			diags = append(diags, d.Problem("tolerance", "Tolerance without a time",
				`Without "timestamp_header" no time is checked. Add it, or remove "tolerance".`))
		}
		return diags
	}
	diags = append(diags, checkHeaderName(d, "timestamp_header", h.timestampHeader)...)
	if h.tolerance <= 0 {
		diags = append(diags, d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "5m".`))
	}
	if !diags.HasErrors() && !h.payload.readsHeader(http.CanonicalHeaderKey(h.timestampHeader)) {
		diags = append(diags, diag.Warning(d.Range("timestamp_header"), "Time not signed",
			`The payload does not hold this header, so an attacker who repeats an old request can give it a new time. If the sender signs the time, say so in "payload".`))
	}
	return diags
}

// minKeyLength is the length in bytes below which a secret can be guessed from
// one signed request.
const minKeyLength = 8

// checkSigningKey is the rule for signing secrets.
func checkSigningKey(text string) (string, hcl.DiagnosticSeverity) {
	if len(text) < minKeyLength {
		return "It is shorter than 8 bytes, so an attacker who has one signed request can find it by trying. Use at least 32 random bytes.", hcl.DiagWarning
	}
	if detail, _ := checkFieldText(text); detail != "" {
		return "It holds control characters, or begins or ends with white space, which is unusual for a secret. trimspace() removes white space at both ends.", hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}
