package auth

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// hmacSigner makes the signatures that hmacCheck with the same settings accepts.
type hmacSigner struct {
	scheme
	key *hmacKey // nil until the secret is known
}

func (h *hmacSigner) Describe(s *schema.Spec) {
	h.scheme = scheme{algorithm: sha256Name, encoding: hexName, payload: bodyPayload()}
	s.Doc = "Signs with an HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) that `auth \"hmac\"` with the same settings accepts."
	secretField(s, "secret", "The secret that the receiver checks with.", checkSigningKey, func(secrets []string) {
		h.scheme = h.canonical()
		h.key = newHMACKey(newHash(h.algorithm), []byte(secrets[0]))
	})
	schema.Attr(s, &h.header, "header", "The header that holds the signature.", schema.Required())
	schema.Attr(s, &h.algorithm, "algorithm", "The hash function. `sha1` is for receivers that support no other.", schema.OneOf(hmacAlgorithms()...))
	schema.Attr(s, &h.encoding, "encoding", "The encoding of the signature. `base64url` has no padding.", schema.OneOf(signatureEncodings()...))
	schema.Attr(s, &h.prefix, "prefix", "The text before the signature in its header.")
	schema.Attr(s, &h.time.header, "timestamp_header", "A header for the time of the signature, in Unix seconds. It is signed only if `payload` reads it.")
	schema.Func(s, "payload", "string", "The bytes to sign: text, `webhook.headers[\"NAME\"]` and `webhook.raw`. Here `webhook` is the outgoing request, as its receiver sees it.", h.compilePayload,
		schema.Default("webhook.raw"), schema.Dynamic())
	s.Check(h.checkSettings)
	s.Example(schema.Example{
		Title: "A signature that expires",
		HCL: "secret           = secret.partner\nheader           = \"X-Signature\"\nprefix           = \"v0=\"\n" +
			"payload          = \"v0:${webhook.headers[\"X-Timestamp\"]}:${webhook.raw}\"\ntimestamp_header = \"X-Timestamp\"",
	})
}

// compilePayload compiles the payload in a scope where webhook is the outgoing
// request, for each kind of trigger.
func (h *hmacSigner) compilePayload(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	outgoing := *c
	outgoing.Scope = c.Scope.With(requestRoot, cty.Object(map[string]cty.Type{"headers": cty.Map(cty.String), "raw": cty.String}))
	diags := h.payload.compile(&outgoing, a)
	if h.payload.has(fromTimestamp) || h.payload.has(fromPublicURL) {
		diags = append(diags, diag.Error(a.Expr.Range(), "Not part of what is signed",
			"A signed request reads its time as webhook.headers[\"NAME\"] with the name of timestamp_header, and its URL can't be signed."))
	}
	return diags
}

func (h *hmacSigner) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkHeaderName(d, "header", h.header)
	if list, ok := d.Expr("secret").(*hclsyntax.TupleConsExpr); ok && len(list.Exprs) > 1 {
		diags = append(diags, diag.Error(list.Range(), "Two secrets", "A signature is made with one secret. To change it, let the receiver accept both first, and then set the new one here."))
	}
	if !d.Has("timestamp_header") {
		return diags
	}
	diags = append(diags, checkHeaderName(d, "timestamp_header", h.time.header)...)
	if !diags.HasErrors() && !h.signsTime() {
		diags = append(diags, diag.Warning(d.Range("timestamp_header"), "Time not signed",
			`The payload does not hold this header, so an attacker who repeats an old request can give it a new time. Add webhook.headers["NAME"] of it to "payload".`))
	}
	return diags
}

// Sign sets the header of the signature, and the header of the time if it has
// one.
func (h *hmacSigner) Sign(r *Outgoing) ([]string, error) {
	fields := []string{h.header}
	if h.time.header != "" {
		r.Header.Set(h.time.header, strconv.FormatInt(r.Now.Unix(), 10))
		fields = append(fields, h.time.header)
	}
	r.Header.Del(h.header)
	m := message{request: &Request{Header: r.Header, Body: r.Body}}
	if err := h.payload.checkMessage(m); err != nil {
		return nil, err
	}
	r.Header.Set(h.header, h.prefix+encodeSum(h.encoding, h.key.sum(h.payload, m)))
	return fields, nil
}
