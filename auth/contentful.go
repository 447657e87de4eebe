package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// contentful checks the signature of Contentful over a canonical form of the
// request.
type contentful struct {
	bodySender
	keys      []*hmacKey
	tolerance time.Duration
}

const (
	contentfulSignature = "X-Contentful-Signature"
	contentfulHeaders   = "X-Contentful-Signed-Headers"
	contentfulTimestamp = "X-Contentful-Timestamp"

	contentfulKeyLength = 64
	contentfulTolerance = 30 * time.Second // that of Contentful's own library
)

func (c *contentful) Describe(s *schema.Spec) {
	c.tolerance = contentfulTolerance
	s.Doc = "Checks the signature of [Contentful's requests](https://www.contentful.com/developers/docs/extensibility/webhooks/request-verification/). " +
		"The path of the URL is signed, so `public_url` of the `gateway` block must be set."
	secretField(s, "secret", "The *Signing secret* of 64 characters: that of the space under *Settings*, *Webhooks*, tab *Settings*, which shows it once, or that of the app.", checkContentfulKey, func(keys []string) {
		c.keys = hmacKeys(sha256Name, keys)
	})
	schema.Attr(s, &c.tolerance, "tolerance", "The maximum age of a request.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if c.tolerance <= 0 {
			return hcl.Diagnostics{d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "30s".`)}
		}
		return nil
	})
	s.Example(schema.Example{Title: "Requests signed with the secret", HCL: "secret = secret.contentful"})
}

func checkContentfulKey(text string) (string, hcl.DiagnosticSeverity) {
	if len(text) != contentfulKeyLength {
		return "A signing secret of Contentful has 64 characters.", hcl.DiagError
	}
	return checkSigningKey(text)
}

func (c *contentful) Verify(_ context.Context, r *Request) error {
	var texts [3]string
	for i, name := range []string{contentfulSignature, contentfulTimestamp, contentfulHeaders} {
		var err error
		if texts[i], err = singleHeader(r.Header, name); err != nil {
			return err
		}
	}
	t := timeSource{format: unixMillisName, tolerance: c.tolerance, allowFuture: true}
	if err := t.check(texts[1], r.Now); err != nil {
		return err
	}
	if strings.Count(r.URI, "?") > 1 {
		return errors.New("the URL has a second question mark, and Contentful does not sign the text after it")
	}
	headers, err := contentfulSigned(r, texts[2])
	if err != nil {
		return err
	}
	signed := strings.Join([]string{r.Method, contentfulPath(r), headers, string(r.Body)}, "\n")
	if !matchText(c.keys, hexName, sha256.Size, signed, texts[0]) {
		return errMismatch
	}
	return nil
}

// contentfulSigned returns the headers that are signed, as the canonical form has
// them. The lists of headers and the time are always signed.
func contentfulSigned(r *Request, list string) (string, error) {
	names := []string{strings.ToLower(contentfulHeaders), strings.ToLower(contentfulTimestamp)}
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	var pairs []string
	for _, name := range sortUnique(names) {
		text, err := singleHeader(r.Header, name)
		if err != nil {
			return "", err
		}
		pairs = append(pairs, name+":"+strings.TrimSpace(text))
	}
	return strings.Join(pairs, ";"), nil
}

// contentfulPath returns path and query as the canonical form has them: the query
// is escaped, and then path and query are escaped again.
func contentfulPath(r *Request) string {
	_, rest, _ := strings.Cut(r.PublicURL, "://")
	prefix := ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		prefix = rest[i:]
	}
	parts := strings.Split(prefix+r.URI, "?")
	path := parts[0]
	if len(parts) > 1 && parts[1] != "" {
		path += "?" + escapeQuery(parts[1])
	}
	return escapeURI(path)
}

// escapeQuery escapes all characters except letters, digits and -_.!~*'(), as
// querystring.escape of Node does.
func escapeQuery(text string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	return strings.NewReplacer("%21", "!", "%2A", "*", "%27", "'", "%28", "(", "%29", ")").Replace(escaped)
}

// escapeURI escapes what encodeURI of JavaScript escapes.
func escapeURI(text string) string {
	const kept = "-_.!~*'();/?:@&=+$,#"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || slices.Contains([]byte(kept), c) {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(encodeSum(hexName, []byte{c})))
		}
	}
	return b.String()
}

func (c *contentful) Headers() []string { return []string{contentfulSignature} }

func (c *contentful) signsURL() bool { return true }
