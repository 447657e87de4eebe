package auth

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// hmacSigner signs as hmacCheck checks, by the same words.
type hmacSigner struct {
	scheme
	key *key // nil until the secret is known
}

func (h *hmacSigner) Describe(s *schema.Spec) {
	h.scheme = scheme{algorithm: sha256Name, encoding: hexName, payload: rawBody()}
	s.Doc = "Signs with an HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) that `auth \"hmac\"` with the same settings lets in."
	secretField(s, "secret", "The secret that the receiver checks with.", signingKey, func(secrets []string) {
		h.header, h.timestampHeader = http.CanonicalHeaderKey(h.header), http.CanonicalHeaderKey(h.timestampHeader)
		h.key = newKey(newHash(h.algorithm), secrets[0])
	})
	schema.Attr(s, &h.header, "header", "The header that the signature stands in.", schema.Required())
	schema.Attr(s, &h.algorithm, "algorithm", "The hash. `sha1` is for receivers that know no better.", schema.OneOf(algorithmNames()...))
	schema.Attr(s, &h.encoding, "encoding", "How the signature is written. `base64url` has no padding.", schema.OneOf(hexName, base64Name, base64urlName))
	schema.Attr(s, &h.prefix, "prefix", "What stands before the signature in its header.")
	schema.Attr(s, &h.timestampHeader, "timestamp_header", "A header that says when the request was signed, in Unix seconds. It is signed where `payload` reads it.")
	schema.Func(s, "payload", "string", "What is signed: texts, `webhook.headers[\"NAME\"]` and `webhook.raw`, byte for byte. Here `webhook` is the request that goes out, as its receiver will call it.", h.compilePayload,
		schema.Default("webhook.raw"), func(f *schema.Field) { f.Dynamic = true })
	s.Check(h.check)
	s.Example(schema.Example{
		Title: "A signature that expires",
		HCL: "secret           = secret.partner\nheader           = \"X-Signature\"\nprefix           = \"v0=\"\n" +
			"payload          = \"v0:${webhook.headers[\"X-Timestamp\"]}:${webhook.raw}\"\ntimestamp_header = \"X-Timestamp\"",
	})
}

// compilePayload reads the payload where webhook is the request that goes out,
// whatever has started the flow.
func (h *hmacSigner) compilePayload(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	outgoing := *c
	outgoing.Scope = c.Scope.With(webhookName, cty.Object(map[string]cty.Type{"headers": cty.Map(cty.String), "raw": cty.String}))
	return h.payload.compile(&outgoing, a)
}

// webhookName is what payloads call the request.
const webhookName = "webhook"

func (h *hmacSigner) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkFieldName(d, "header", h.header)
	if list, ok := d.Expr("secret").(*hclsyntax.TupleConsExpr); ok && len(list.Exprs) > 1 {
		diags = append(diags, diag.Error(list.Range(), "Two secrets", "A signature is made with one secret. To change it, let the receiver take both first, and then give the new one here."))
	}
	if !d.Has("timestamp_header") {
		return diags
	}
	diags = append(diags, checkFieldName(d, "timestamp_header", h.timestampHeader)...)
	if !diags.HasErrors() && !h.payload.reads(http.CanonicalHeaderKey(h.timestampHeader)) {
		diags = append(diags, diag.Warning(d.Range("timestamp_header"), "Time not signed",
			`The payload does not hold this header, so whoever repeats an old request can give it a new time. Put webhook.headers of it into "payload".`))
	}
	return diags
}

// Sign sets the header of the signature, and that of the time where there is
// one.
func (h *hmacSigner) Sign(r *Outgoing) ([]string, error) {
	fields := []string{h.header}
	if h.timestampHeader != "" {
		r.Header.Set(h.timestampHeader, strconv.FormatInt(r.Now.Unix(), 10))
		fields = append(fields, h.timestampHeader)
	}
	r.Header.Del(h.header)
	if err := h.payload.check(r.Header); err != nil {
		return nil, err
	}
	r.Header.Set(h.header, h.prefix+encodeSum(h.encoding, h.key.of(h.payload, &Request{Header: r.Header, Body: r.Body})))
	return fields, nil
}

// of returns the sum of what the payload reads.
func (k *key) of(p payload, r *Request) []byte {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	s.hash.Reset()
	p.write(s, r)
	return s.hash.Sum(nil)
}

// encodeSum writes a sum, as decodeSum reads it.
func encodeSum(encoding string, sum []byte) string {
	switch encoding {
	case base64Name:
		return base64.StdEncoding.EncodeToString(sum)
	case base64urlName:
		return base64.RawURLEncoding.EncodeToString(sum)
	}
	return hex.EncodeToString(sum)
}
