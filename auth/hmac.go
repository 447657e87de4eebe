package auth

import (
	"github.com/webhook-gateway/gateway/config/schema"
)

// hmacCheck checks an HMAC whose scheme the configuration describes.
type hmacCheck struct {
	declaredScheme
}

func (h *hmacCheck) Describe(s *schema.Spec) {
	h.setDefaults(sha256Name, hexName, textName)
	s.Doc = "Checks an HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) over the raw bytes of the request. For senders that have a preset, use the preset."
	secretField(s, "secret", "The secret that the sender signs with.", h.checkKey, h.setKeys)
	schema.Attr(s, &h.secretEncoding, "secret_encoding", "How the secret holds the key: as `text`, or as bytes in `hex`, `base64` or `base64url`. `whsec` is base64 with or without the prefix `whsec_`, as Standard Webhooks has it.", schema.OneOf(secretEncodings()...))
	h.describeHeader(s)
	schema.Attr(s, &h.algorithm, "algorithm", "The hash function. `sha1` is for senders that support no other.", schema.OneOf(hmacAlgorithms()...))
	h.describeTime(s)
	h.describePayload(s)
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
	s.Example(schema.Example{
		Title: "Time and signatures in one header, such as t=1773489600,v1=…,v1=…",
		HCL:   "secret          = secret.partner\nheader          = \"X-Signature\"\nprefix          = \"v1=\"\ntimestamp_field = \"t\"\npayload         = \"${timestamp}.${webhook.raw}\"",
	})
	s.Example(schema.Example{
		Title: "A signature over the URL and the body",
		HCL:   "secret  = secret.partner\nheader  = \"X-Signature\"\npayload = \"${public_url}${webhook.url}${webhook.raw}\"",
	})
}
