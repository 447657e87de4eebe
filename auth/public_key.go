package auth

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// publicKeyCheck checks a signature made with a private key, whose scheme the
// configuration describes.
type publicKeyCheck struct {
	declaredScheme
}

func (c *publicKeyCheck) Describe(s *schema.Spec) {
	c.setDefaults(ed25519Name, base64Name, base64Name)
	s.Doc = "Checks a signature that the sender makes with a private key, over the raw bytes of the request. For senders that have a preset, use the preset. For signatures with a shared secret use `hmac`."
	keyField(s, "public_key", "The public key of the sender: PEM, or base64 of the same bytes; for `ed25519` also the 32 bytes of the key.",
		func(text string) (string, hcl.DiagnosticSeverity) {
			return checkPublicKey(c.algorithm, c.secretEncoding, text)
		}, c.setKeys, schema.Required())
	schema.Attr(s, &c.secretEncoding, "key_encoding", "The encoding of a public key that is not PEM.", schema.OneOf(signatureEncodings()...))
	c.describeHeader(s)
	schema.Attr(s, &c.algorithm, "algorithm", "How the sender signs: Ed25519, ECDSA on the curve P-256 with SHA-256 and a signature in ASN.1, or RSA (PKCS #1 v1.5).", schema.OneOf(publicKeyAlgorithms()...))
	c.describeTime(s)
	c.describePayload(s)
	s.Check(c.checkSettings)
	s.Example(schema.Example{
		Title: "Ed25519 over a time and the body",
		HCL: "public_key       = \"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\nheader           = \"X-Signature\"\n" +
			"timestamp_header = \"X-Timestamp\"\npayload          = \"${timestamp}.${webhook.raw}\"",
	})
}
