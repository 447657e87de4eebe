package triggers

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// decode reads a body as its type says. Its coding and character set must be
// those of plain UTF-8, so that what was signed is what is read.
func (w *webhook) decode(h http.Header, body []byte, limits flow.Limits) (bodyForm, any, *flow.Problem) {
	if !isIdentity(h["Content-Encoding"]) {
		return 0, nil, unsupported("A body must come as it is, without a content encoding.", "Accept-Encoding", "identity")
	}
	form, params, problem := w.typeOf(h["Content-Type"])
	if problem != nil {
		return 0, nil, problem
	}
	v, err := decodeAs(form, body, params["boundary"], value.Limits{Depth: limits.JSONDepth})
	if err != nil {
		return 0, nil, malformed("Malformed body", input.PartBody, syntaxError(err))
	}
	return form, v, nil
}

// isIdentity tells whether a list of content encodings changes nothing.
func isIdentity(fields []string) bool {
	for _, field := range fields {
		for coding := range strings.SplitSeq(field, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
				return false
			}
		}
	}
	return true
}

// typeOf reads the content type and holds it against the accepted ones.
func (w *webhook) typeOf(fields []string) (bodyForm, map[string]string, *flow.Problem) {
	field := "application/json"
	switch len(fields) {
	case 0:
	case 1:
		field = fields[0]
	default:
		return 0, nil, w.unsupported("The request has more than one Content-Type.")
	}
	media, params, err := parseMediaType(field)
	if err != nil {
		return 0, nil, w.unsupported("The Content-Type can't be read.")
	}
	main, sub, _ := strings.Cut(media, "/")
	if !accepts(w.ranges, main, sub) {
		if len(fields) == 0 {
			return 0, nil, w.unsupported("The body has no Content-Type.")
		}
		return 0, nil, w.unsupported(formOf(main, sub).words() + " is not accepted here.")
	}
	form := formOf(main, sub)
	if charset, ok := params["charset"]; ok && form != opaqueForm && !isUTF8(charset) {
		return 0, nil, w.unsupported("The character set of a body must be UTF-8.")
	}
	return form, params, nil
}

func (w *webhook) unsupported(detail string) *flow.Problem {
	return unsupported(detail+" Accepted: "+w.accept+".", "Accept", w.accept)
}

// words says a form without repeating what the caller sent.
func (f bodyForm) words() string {
	switch f {
	case jsonForm:
		return "JSON"
	case urlForm:
		return "A form (application/x-www-form-urlencoded)"
	case multipartForm:
		return "A multipart form"
	case xmlForm:
		return "XML"
	case textForm:
		return "Text of this Content-Type"
	}
	return "A body of this Content-Type"
}

// parseMediaType is mime.ParseMediaType without its work where there are no
// parameters, as it mostly is.
func parseMediaType(field string) (string, map[string]string, error) {
	if field == "application/json" {
		return field, nil, nil
	}
	media, params, err := mime.ParseMediaType(field)
	if err == nil && !strings.Contains(media, "/") {
		err = errors.New("no type")
	}
	return media, params, err
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii")
}

func decodeAs(form bodyForm, raw []byte, boundary string, limits value.Limits) (any, error) {
	switch form {
	case jsonForm:
		return value.Decode(raw, limits)
	case urlForm:
		return body.ParseForm(raw, limits)
	case multipartForm:
		return body.ParseMultipart(raw, boundary, limits)
	case xmlForm:
		return body.ParseXML(raw, limits)
	case textForm:
		return decodeText(raw)
	}
	return nil, nil
}

func decodeText(body []byte) (any, error) {
	if utf8.Valid(body) {
		return string(body), nil
	}
	at := 0
	for at < len(body) {
		r, n := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	before := body[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return nil, &value.SyntaxError{
		Offset: int64(at), Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(line) + 1,
		Reason: "the text is not UTF-8",
	}
}

// syntaxError gives the place of an error of package value, all of whose
// readers return one.
func syntaxError(err error) *value.SyntaxError {
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) {
		return syntax
	}
	return &value.SyntaxError{Reason: "it can't be read"}
}
