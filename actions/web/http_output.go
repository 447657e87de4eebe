package web

import (
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

// httpOutput is the output of action "http". It decodes the body on first use:
// many flows never read it.
type httpOutput struct {
	status  int
	headers responseHeaders
	body    func() any
	text    func() string
	size    int64
}

var _ value.Sized = (*httpOutput)(nil)

func newHTTPOutput(r *outbound.Response, kind contentType) *httpOutput {
	return &httpOutput{
		size:    value.TextSize(r.Body),
		status:  r.Status,
		headers: responseHeaders(r.Header),
		body: sync.OnceValue(func() any {
			v, err := kind.decodeBody(r.Body)
			if err != nil {
				return nil // only flows that read the body fail
			}
			return v
		}),
		text: sync.OnceValue(func() string { return kind.decodeText(r.Body) }),
	}
}

// Get returns one output.
func (a *httpOutput) Get(name string) (any, bool) {
	switch name {
	case "status":
		return a.status, true
	case "headers":
		return a.headers, true
	case "body":
		return a.body(), true
	case "text":
		return a.text(), true
	}
	return nil, false
}

// Map returns all outputs as plain values.
func (a *httpOutput) Map() map[string]any {
	return map[string]any{"status": a.status, "headers": a.headers.Map(), "body": a.body(), "text": a.text()}
}

// Size returns about how many bytes the output takes once its body is decoded.
func (a *httpOutput) Size() int64 { return a.size }

// responseHeaders looks up header fields without regard to case.
type responseHeaders http.Header

// Get returns the value of a field.
func (h responseHeaders) Get(name string) (any, bool) {
	name = http.CanonicalHeaderKey(name)
	values, ok := h[name]
	return joinValues(name, values), ok
}

// Map returns all fields under their canonical names.
func (h responseHeaders) Map() map[string]any {
	out := make(map[string]any, len(h))
	for name, values := range h {
		out[name] = joinValues(name, values)
	}
	return out
}

// joinValues joins the values of a field (RFC 9110, section 5.3). Values of
// Set-Cookie contain commas, so they are joined by line breaks.
func joinValues(name string, values []string) string {
	if name == "Set-Cookie" {
		return strings.Join(values, "\n")
	}
	return strings.Join(values, ", ")
}

// contentType is a parsed Content-Type field.
type contentType struct {
	media   string // lower case; "" if the field is missing or malformed
	charset string
}

func parseContentType(header http.Header) contentType {
	media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		media, _, _ = strings.Cut(header.Get("Content-Type"), ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return contentType{media: media, charset: params["charset"]}
}

// maxResponseDepth bounds the nesting of JSON and XML in a response.
const maxResponseDepth = 256

// checkEncoding reports why a body can't be decoded that is in an encoding which
// the gateway does not know, or in another one than the server says. A body of
// readable text that does not match its type is no error here.
func checkEncoding(r *outbound.Response, t contentType) error {
	coding := strings.TrimSpace(r.Header.Get("Content-Encoding"))
	_, known := body.FindCharset(t.charset)
	if len(r.Body) == 0 || coding == "" && known && utf8.Valid(r.Body) || !t.isJSON() && !t.isXML() && t.media != formType {
		return nil
	}
	_, err := t.decodeBody(r.Body)
	switch {
	case err == nil:
		return nil
	case coding != "":
		return fmt.Errorf("the answer can't be decoded: its Content-Encoding %s is not known; known are %s", value.Quote(coding), body.Codings)
	case !known:
		return fmt.Errorf("the answer can't be decoded: the charset %s of its Content-Type is not known", value.Quote(t.charset))
	}
	return fmt.Errorf("the answer can't be decoded: it is %s, but not in UTF-8, and names no charset that fits", t.media)
}

// formType is the media type of forms.
const formType = "application/x-www-form-urlencoded"

// decodeBody returns the value of a body, or why the body does not match its type.
func (t contentType) decodeBody(raw []byte) (any, error) {
	limits := value.Limits{Depth: maxResponseDepth}
	charset, _ := body.FindCharset(t.charset)
	var v any
	var err error
	switch {
	case t.isJSON():
		if raw, err = body.DecodeJSONText(raw, t.charset); err == nil {
			v, err = value.Decode(raw, limits)
		}
	case t.media == formType:
		if len(raw) == 0 {
			return nil, nil
		}
		v, err = body.ParseForm(raw, charset, limits)
	case t.isXML():
		v, err = body.ParseXML(raw, charset, limits)
	case t.media == "" && len(raw) == 0:
		return nil, nil
	case t.isText():
		return t.decodeText(raw), nil
	default:
		return base64.StdEncoding.EncodeToString(raw), nil
	}
	return v, err
}

func (t contentType) isJSON() bool {
	return t.media == "application/json" || t.media == "text/json" || strings.HasSuffix(t.media, "+json")
}

func (t contentType) isXML() bool {
	return t.media == "application/xml" || t.media == "text/xml" || strings.HasSuffix(t.media, "+xml")
}

// isText reports whether the type is text, including the text types below
// "application".
func (t contentType) isText() bool {
	return t.media == "" || strings.HasPrefix(t.media, "text/") || strings.HasSuffix(t.media, "+yaml") ||
		slices.Contains([]string{
			"application/javascript", "application/jsonl", "application/jwt", "application/ndjson", "application/sql",
			"application/toml", "application/x-ndjson", "application/x-yaml", "application/yaml",
		}, t.media)
}

// decodeText returns a body as text, in the character encoding of its type or in
// UTF-8.
func (t contentType) decodeText(raw []byte) string {
	charset, _ := body.FindCharset(t.charset)
	if text, err := body.DecodeText(raw, charset); err == nil {
		raw = text
	}
	return strings.ToValidUTF8(string(raw), "\ufffd")
}
