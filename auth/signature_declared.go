package auth

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// declaredScheme is a signature whose scheme the configuration describes. The
// kinds "hmac" and "signature" differ in their keys and algorithms.
type declaredScheme struct {
	signature
}

// defaultTolerance is the maximum age of a signed request. Most senders
// recommend it.
const defaultTolerance = 5 * time.Minute

const defaultSeparator = ","

func (h *declaredScheme) setDefaults(algorithm, encoding, secretEncoding string) {
	h.scheme = scheme{
		separator: defaultSeparator, algorithm: algorithm, encoding: encoding, secretEncoding: secretEncoding,
		payload: bodyPayload(), time: timeSource{format: anyTimeName, tolerance: defaultTolerance},
	}
}

func (h *declaredScheme) describeHeader(s *schema.Spec) {
	schema.Attr(s, &h.header, "header", "The header that holds the signature; it must occur exactly once.", schema.Required())
	schema.Attr(s, &h.separator, "separator", "The text between the items of the header. Of several signatures one must match, so that the sender can change its secret without a gap. Empty: the whole header is one signature.")
	schema.Attr(s, &h.prefix, "prefix", "The text before a signature in its header. Items without it are skipped.")
	schema.Attr(s, &h.encoding, "encoding", "The encoding of the signature. The case of `hex` and the padding of `base64` and `base64url` do not matter.", schema.OneOf(signatureEncodings()...))
}

func (h *declaredScheme) describeTime(s *schema.Spec) {
	t := &h.time
	schema.Attr(s, &t.header, "timestamp_header", "The header that says when the request was signed. Include it in `payload`, as the sender does: a time that is not signed can be changed.")
	schema.Attr(s, &t.field, "timestamp_field", "The name of the item of `header` that says when the request was signed: `t` for `t=1773489600,v1=…`. `payload` reads its value as `timestamp`.")
	schema.Attr(s, &t.member, "timestamp_member", "The member of the JSON body that says when the request was signed, such as `sent_at` or `meta.sent_at`.")
	schema.Attr(s, &t.format, "timestamp_format", "The form of that time: `unix` for seconds, `unix_ms` for milliseconds, `rfc3339`, or `http_date` for a date of HTTP. `any` accepts all of them, and takes a number of 12 digits or more as milliseconds.", schema.OneOf(timeFormats()...))
	schema.Attr(s, &t.tolerance, "tolerance", "The maximum difference between that time and the clock of the gateway, in either direction.")
	schema.Attr(s, &t.allowFuture, "allow_future", "`true` accepts any time that is ahead of the clock, as some senders do in their own libraries.")
}

func (h *declaredScheme) describePayload(s *schema.Spec) {
	schema.Func(s, "payload", "string", "The bytes that the sender signs: text, `webhook.headers[\"NAME\"]`, `webhook.raw`, `webhook.method`, `timestamp`, and for the URL `${public_url}${webhook.url}`: `public_url` of the `gateway` block, and path and query as they were received.", h.payload.compile,
		schema.Default("webhook.raw"), schema.Dynamic())
}

// checkKey is the rule for secrets in the declared encoding.
func (h *declaredScheme) checkKey(text string) (string, hcl.DiagnosticSeverity) {
	return checkEncodedKey(h.secretEncoding, text)
}

func (h *declaredScheme) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkHeaderName(d, "header", h.header)
	diags = append(diags, h.checkSeparator(d)...)
	var times []string
	for _, name := range []string{"timestamp_header", "timestamp_field", "timestamp_member"} {
		if d.Has(name) {
			times = append(times, name)
		}
	}
	switch len(times) {
	case 0:
		return append(diags, h.checkNoTime(d)...)
	case 1:
		return append(diags, h.checkTime(d, times[0], diags.HasErrors())...)
	}
	return append(diags, d.Problem(times[1], "Two times", fmt.Sprintf("A signature has one time. Remove %q or %q.", times[0], times[1])))
}

// checkSeparator checks that items can be told apart. The separator of the
// language does not apply to a prefix that holds it.
func (h *declaredScheme) checkSeparator(d *schema.Decoded) hcl.Diagnostics {
	if h.separator == "" || !strings.Contains(h.prefix, h.separator) {
		return nil
	}
	if !d.Has("separator") {
		h.separator = ""
		return nil
	}
	return hcl.Diagnostics{d.Problem("separator", "Separator in the prefix", `"prefix" holds it, so no item could begin with the prefix. Write the text that is between two signatures.`)}
}

func (h *declaredScheme) checkNoTime(d *schema.Decoded) hcl.Diagnostics {
	const missing = `No time is checked without "timestamp_header", "timestamp_field" or "timestamp_member". Add one of them, or remove %q.`
	var diags hcl.Diagnostics
	if d.Has("tolerance") {
		diags = append(diags, d.Problem("tolerance", "Tolerance without a time", fmt.Sprintf(missing, "tolerance")))
	}
	for _, name := range []string{"timestamp_format", "allow_future"} {
		if d.Has(name) {
			diags = append(diags, d.Problem(name, "Setting without a time", fmt.Sprintf(missing, name)))
		}
	}
	if h.payload.has(fromTimestamp) {
		diags = append(diags, d.Problem("payload", "No time to sign", `The payload reads timestamp, and nothing says where it is. Add "timestamp_header" or "timestamp_field".`))
	}
	return diags
}

// checkTime checks the time in the attribute name. failed says that other settings
// are wrong.
func (h *declaredScheme) checkTime(d *schema.Decoded, name string, failed bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	switch {
	case name == "timestamp_header":
		diags = append(diags, checkHeaderName(d, name, h.time.header)...)
	case !h.time.isSet():
		diags = append(diags, d.Problem(name, "No name", "It is empty. Write the name under which the sender sends the time."))
	}
	if h.time.tolerance <= 0 {
		diags = append(diags, d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "5m".`))
	}
	if h.time.member != "" && h.payload.has(fromTimestamp) {
		diags = append(diags, d.Problem("payload", "Time is part of the body", `The time in "timestamp_member" is signed with the body. Remove timestamp from the payload.`))
	}
	if !failed && !diags.HasErrors() && !h.signsTime() {
		diags = append(diags, h.unsignedTime(d, name))
	}
	return diags
}

func (h *declaredScheme) unsignedTime(d *schema.Decoded, name string) *hcl.Diagnostic {
	part := map[string]string{"timestamp_header": "this header", "timestamp_field": "timestamp", "timestamp_member": "webhook.raw"}[name]
	return diag.Warning(d.Range(name), "Time not signed",
		"The payload does not hold "+part+`, so an attacker who repeats an old request can give it a new time. If the sender signs the time, say so in "payload".`)
}
