package flowtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// request is a request to an endpoint.
type request struct {
	method        string
	path          expr.Of[string]
	query         expr.Of[map[string]any]
	headers       expr.Of[map[string]any]
	remoteAddress string
	signed        bool
	auth          string

	json, text, bytes, base64, form expr.Of[any]
	parts                           *multipartBody
}

// defaultAddress is the address of a caller, of those for documentation (RFC 5737).
const defaultAddress = "192.0.2.1"

func newRequest() *request {
	return &request{signed: true, remoteAddress: defaultAddress}
}

func (r *request) describe(s *schema.Spec) {
	s.Doc = "A request, which the gateway signs itself as the `auth` of the flow demands."
	schema.Attr(s, &r.method, "method", "The method; by default the first that the endpoint accepts.")
	schema.Expr(s, &r.path, "path", "The path, which may end in a query that is sent unchanged: `/orders?a[b]=1`. It is required if that of the flow has placeholders.")
	schema.Expr(s, &r.query, "query", "Parameters of the query. A list repeats its name.")
	schema.Expr(s, &r.headers, "headers", "Header fields. They replace those that the body and the signature add. A list repeats its name, and null leaves one out.")
	schema.Attr(s, &r.remoteAddress, "remote_address", "The address of the caller.")
	schema.Attr(s, &r.signed, "signed", "`false` sends no credentials and no signature.")
	schema.Attr(s, &r.auth, "auth", "The kind of `auth` by which the request is signed, if the flow accepts several; the first by default.")
	schema.Expr(s, &r.json, "json", "The body as JSON. A text, such as that of `file(\"samples/order.json\")`, is sent unchanged.")
	schema.Expr(s, &r.form, "form", "The body as a form: an object, in which a list repeats its name. A text, such as that of a file, is sent unchanged.", schema.TypeName("object or string"))
	schema.Expr(s, &r.text, "text", "The body as text.")
	schema.Expr(s, &r.bytes, "body", "The body unchanged. Its type is `application/octet-stream` unless `headers` says otherwise.")
	schema.Expr(s, &r.base64, "body_base64", "The body in base64, for bytes that are not text.")
	schema.Single(s, &r.parts, "multipart", "The body as `multipart/form-data`.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		return append(r.checkBodies(d), r.checkHead(d)...)
	})
}

// checkHead checks what the request line and the connection need.
func (r *request) checkHead(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if strings.ContainsFunc(r.method, func(c rune) bool { return c < 'A' || c > 'Z' }) {
		diags = append(diags, d.Problem("method", "Wrong method", `A method has capital letters, such as "PUT".`))
	}
	if _, err := netip.ParseAddr(r.remoteAddress); err != nil {
		diags = append(diags, d.Problem("remote_address", "Wrong address", `Write an IP address, such as "192.0.2.1" or "2001:db8::1".`))
	}
	return diags
}

// describeClick declares what a click of a contact on its link has of a request.
func (r *request) describeClick(s *schema.Spec) {
	schema.Attr(s, &r.method, "method", "The method: `POST` is the button of a mail program that unsubscribes with one click.", schema.OneOf(http.MethodGet, http.MethodPost))
	schema.Expr(s, &r.query, "query", "Parameters of the query beside that of the contact, such as `{ utm_source = \"mail\" }`. A list repeats its name.")
	schema.Expr(s, &r.headers, "headers", "Header fields. A list repeats its name.")
	schema.Attr(s, &r.remoteAddress, "remote_address", "The address of the contact.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics { return r.checkHead(d) })
}

func (r *request) checkBodies(d *schema.Decoded) hcl.Diagnostics {
	var given []string
	for _, name := range []string{"json", "form", "text", "body", "body_base64"} {
		if d.Has(name) {
			given = append(given, name)
		}
	}
	if r.parts != nil {
		given = append(given, "multipart")
	}
	if len(given) > 1 {
		return hcl.Diagnostics{d.Problem(given[1], "Two bodies", fmt.Sprintf("The request has a body already, in %q. Leave one of them out.", given[0]))}
	}
	return nil
}

// body returns the body and its type; "" for none.
func (r *request) buildBody(ctx context.Context, env expr.Env) (body []byte, contentType string, err error) {
	switch {
	case r.json.IsSet():
		v, err := r.json.Eval(ctx, env)
		if err != nil {
			return nil, "", err
		}
		if text, ok := v.(string); ok {
			return []byte(text), "application/json", nil
		}
		body, err := value.Append(nil, v)
		return body, "application/json", err
	case r.form.IsSet():
		v, err := r.form.Eval(ctx, env)
		if err != nil {
			return nil, "", err
		}
		if text, ok := v.(string); ok {
			return []byte(text), "application/x-www-form-urlencoded", nil
		}
		fields, err := expr.Convert[map[string]any](v)
		if err != nil {
			return nil, "", err
		}
		values, err := parameters(fields)
		return []byte(values.Encode()), "application/x-www-form-urlencoded", err
	case r.text.IsSet():
		text, err := evalText(ctx, env, r.text)
		return []byte(text), "text/plain; charset=utf-8", err
	case r.bytes.IsSet():
		text, err := evalText(ctx, env, r.bytes)
		return []byte(text), "application/octet-stream", err
	case r.base64.IsSet():
		text, err := evalText(ctx, env, r.base64)
		if err != nil {
			return nil, "", err
		}
		body, err := value.DecodeBase64(text)
		return body, "application/octet-stream", err
	case r.parts != nil:
		return r.parts.encode(ctx, env)
	}
	return nil, "", nil
}

func evalText(ctx context.Context, env expr.Env, e expr.Of[any]) (string, error) {
	v, err := e.Eval(ctx, env)
	if err != nil {
		return "", err
	}
	return expr.Convert[string](v)
}

// parameters converts values of a query or a form to text.
func parameters(given map[string]any) (url.Values, error) {
	out := url.Values{}
	for name, v := range given {
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		for _, item := range list {
			if item == nil {
				continue
			}
			text, err := expr.Convert[string](item)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", name, err)
			}
			out.Add(name, text)
		}
	}
	return out, nil
}

// multipartBody is a body of parts.
type multipartBody struct{ parts []*bodyPart }

type bodyPart struct {
	name                            string
	value, base64, filename, typeOf expr.Of[any]
}

// Describe declares the block.
func (m *multipartBody) Describe(s *schema.Spec) {
	s.Doc = "A form with files."
	schema.Repeated(s, &m.parts, "part", "A field or a file.", schema.Required())
}

// Describe declares the block.
func (p *bodyPart) Describe(s *schema.Spec) {
	s.Doc = "One part."
	schema.Label(s, &p.name, "NAME", "The name of the field.")
	schema.Expr(s, &p.value, "value", "The content.")
	schema.Expr(s, &p.base64, "content_base64", "The content in base64, for bytes that are not text.")
	schema.Expr(s, &p.filename, "filename", "The name of the file.")
	schema.Expr(s, &p.typeOf, "content_type", "The type of the content.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if d.Has("value") == d.Has("content_base64") {
			return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Content of the part", `A part has exactly one of "value" and "content_base64".`)}
		}
		return nil
	})
}

// boundary separates the parts, the same in each run of a test.
const boundary = "gateway-test-boundary"

func (m *multipartBody) encode(ctx context.Context, env expr.Env) ([]byte, string, error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, "", err
	}
	for _, p := range m.parts {
		if err := p.write(ctx, env, w); err != nil {
			return nil, "", fmt.Errorf("part %q: %w", p.name, err)
		}
	}
	err := w.Close() // writes the last boundary
	return out.Bytes(), w.FormDataContentType(), err
}

func (p *bodyPart) write(ctx context.Context, env expr.Env, w *multipart.Writer) error {
	texts := map[string]string{}
	for name, e := range map[string]expr.Of[any]{"value": p.value, "base64": p.base64, "filename": p.filename, "type": p.typeOf} {
		if !e.IsSet() {
			continue
		}
		text, err := evalText(ctx, env, e)
		if err != nil {
			return err
		}
		texts[name] = text
	}
	content := []byte(texts["value"])
	if p.base64.IsSet() {
		var err error
		if content, err = value.DecodeBase64(texts["base64"]); err != nil {
			return err
		}
	}
	disposition := "form-data; name=" + quoteParameter(p.name)
	if p.filename.IsSet() {
		disposition += "; filename=" + quoteParameter(texts["filename"])
	}
	header := textproto.MIMEHeader{"Content-Disposition": {disposition}}
	if texts["type"] != "" {
		header.Set("Content-Type", texts["type"])
	}
	part, err := w.CreatePart(header)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}

func quoteParameter(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
