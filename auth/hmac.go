package auth

import (
	"net/http"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// hmacCheck checks a signature whose making the file describes.
type hmacCheck struct {
	signature
}

// defaultTolerance is how old a signed request may be, as most senders ask
// for.
const defaultTolerance = 5 * time.Minute

func (h *hmacCheck) Describe(s *schema.Spec) {
	h.scheme = scheme{algorithm: sha256Name, encoding: hexName, payload: rawBody(), tolerance: defaultTolerance}
	s.Doc = "Checks an HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) over the bytes that came. Senders with a preset of their own need only that."
	secretField(s, "secret", "The secret that the sender signs with.", signingKey, func(secrets []string) { h.use(secrets) })
	schema.Attr(s, &h.header, "header", "The header that holds the signature; it must stand exactly once.", schema.Required())
	schema.Attr(s, &h.algorithm, "algorithm", "The hash. `sha1` is for senders that know no better.", schema.OneOf(algorithmNames()...))
	schema.Attr(s, &h.encoding, "encoding", "How the signature is written. The case of `hex` and the padding of `base64` and `base64url` do not matter.", schema.OneOf(hexName, base64Name, base64urlName))
	schema.Attr(s, &h.prefix, "prefix", "What stands before the signature in its header.")
	schema.Attr(s, &h.timestampHeader, "timestamp_header", "The header that says when the request was signed: Unix time in seconds, or in milliseconds where it has 12 digits or more, RFC 3339, or a date of HTTP. Put it into `payload`, as the sender does: a time that is not signed can be changed.")
	schema.Attr(s, &h.tolerance, "tolerance", "How far that time may lie from the gateway's, before or after.")
	schema.Func(s, "payload", "string", "What the sender signs: texts, `webhook.headers[\"NAME\"]` and `webhook.raw`, byte for byte.", h.payload.compile,
		schema.Default("webhook.raw"), func(f *schema.Field) { f.Dynamic = true })
	s.Check(h.check)
	h.addExamples(s)
}

func (h *hmacCheck) addExamples(s *schema.Spec) {
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

func (h *hmacCheck) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkFieldName(d, "header", h.header)
	if !d.Has("timestamp_header") {
		if d.Has("tolerance") {
			diags = append(diags, d.Problem("tolerance", "Tolerance of nothing",
				`No time is looked at: "timestamp_header" says where it stands.`))
		}
		return diags
	}
	diags = append(diags, checkFieldName(d, "timestamp_header", h.timestampHeader)...)
	if h.tolerance <= 0 {
		diags = append(diags, d.Problem("tolerance", "Wrong value", `No request arrives in no time. Write something like "5m".`))
	}
	if !diags.HasErrors() && !h.payload.reads(http.CanonicalHeaderKey(h.timestampHeader)) {
		diags = append(diags, diag.Warning(d.Range("timestamp_header"), "Time not signed",
			`The payload does not hold this header, so whoever repeats an old request can give it a new time. If the sender signs the time, say so in "payload".`))
	}
	return diags
}

// shortKey is the length in bytes below which a secret can be guessed from one
// signed request.
const shortKey = 8

// signingKey is the rule for secrets that sign.
func signingKey(text string) (string, hcl.DiagnosticSeverity) {
	if len(text) < shortKey {
		return "It is shorter than 8 bytes: who has seen one signed request can find it by trying. Use 32 random bytes or more.", hcl.DiagWarning
	}
	if detail, _ := fieldText(text); detail != "" {
		return "It holds control characters or begins or ends with white space, which most senders don't. trimspace() takes away what is at its ends.", hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}
