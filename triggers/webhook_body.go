package triggers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// firstRead is the maximum buffer for a body before any byte of it has arrived.
// The announced length is not trusted beyond it.
const firstRead = 32 << 10

// readBody reads the body up to a limit in bytes. It refuses a larger announced
// length before it reads, so that a caller that sent Expect: 100-continue does not
// send the body.
func readBody(r *http.Request, limit int64) ([]byte, *flow.Problem) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, tooLargeProblem(limit)
	}
	size := int64(512)
	if r.ContentLength > 0 {
		size = r.ContentLength + 1 // one more, to reach the end without growing
	}
	raw := make([]byte, 0, min(size, firstRead))
	for {
		n, err := r.Body.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case int64(len(raw)) > limit:
			return nil, tooLargeProblem(limit)
		case err == io.EOF:
			return raw, nil
		case err != nil:
			return nil, bodyReadProblem(r.Context(), err, limit)
		}
		if len(raw) == cap(raw) {
			raw = append(raw, 0)[:len(raw)]
		}
	}
}

// bodyReadProblem returns the problem of a body that cannot be read.
func bodyReadProblem(ctx context.Context, err error, limit int64) *flow.Problem {
	var large *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &large):
		return tooLargeProblem(min(limit, large.Limit))
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout(),
		errors.Is(ctx.Err(), context.DeadlineExceeded):
		return tooSlowProblem()
	}
	return incompleteProblem()
}

// decompressBody undoes the content coding of a body and returns it with the
// header that the flow reads: that of the body as it would have been sent without
// the coding. Signatures are checked over the bytes as they were sent.
func decompressBody(r *http.Request, raw []byte, limit int64) (http.Header, []byte, *flow.Problem) {
	codings := listCodings(r.Header["Content-Encoding"])
	if len(codings) == 0 || len(raw) == 0 {
		return r.Header, raw, nil
	}
	if len(codings) > 1 {
		return nil, nil, unsupportedProblem("The body has more than one content encoding; one is accepted.", "Accept-Encoding", body.Codings)
	}
	plain, err := body.Decompress(r.Context(), codings[0], raw, limit)
	switch {
	case errors.Is(err, body.ErrUnknownCoding):
		return nil, nil, unsupportedProblem("The content encoding of the body is not known. Accepted: "+body.Codings+".", "Accept-Encoding", body.Codings)
	case errors.Is(err, body.ErrTooLarge):
		return nil, nil, tooLargeProblem(limit)
	case err != nil && r.Context().Err() != nil:
		return nil, nil, bodyReadProblem(r.Context(), err, limit)
	case err != nil:
		return nil, nil, malformedProblem("Malformed body", input.PartBody, syntaxError(err))
	}
	header := r.Header.Clone()
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	return header, plain, nil
}

// listCodings returns the content codings of a header in lower case, without
// those that leave the body unchanged.
func listCodings(fields []string) []string {
	var codings []string
	for _, field := range fields {
		for coding := range strings.SplitSeq(field, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				codings = append(codings, coding)
			}
		}
	}
	return codings
}

// decodedBody is the value of a body and how it was sent.
type decodedBody struct {
	format bodyFormat
	value  any
	json   map[string]bool // members of a multipart form that were sent as JSON
}

// formatOf returns how the value at a place of the request was sent.
func (d decodedBody) formatOf(at input.Source) input.Format {
	switch {
	case at.Part == input.PartQuery:
		return input.FormatForm
	case at.Part != input.PartBody:
		return input.FormatText
	}
	switch d.format {
	case formatJSON:
		return input.FormatJSON
	case formatMultipart:
		if len(at.Steps) > 0 && d.json[at.Steps[0].Name] {
			return input.FormatJSON
		}
		return input.FormatForm
	case formatURLEncoded:
		return input.FormatForm
	}
	return input.FormatText
}

// decodeBody decodes a body by its content type.
func (w *webhook) decodeBody(h http.Header, raw []byte, limits flow.Limits, accepted []mediaRange) (decodedBody, *flow.Problem) {
	format, params, problem := w.checkContentType(h["Content-Type"], accepted)
	if problem != nil {
		return decodedBody{}, problem
	}
	out, err := decodeAs(format, raw, params, value.Limits{Depth: limits.JSONDepth}, w.needed)
	if err != nil {
		return decodedBody{}, w.malformedProblem("Malformed body", input.PartBody, syntaxError(err))
	}
	return out, nil
}

// checkContentType returns the format and parameters of the content type, or the
// problem if it is not among the accepted ones; nil accepts any.
func (w *webhook) checkContentType(fields []string, accepted []mediaRange) (bodyFormat, map[string]string, *flow.Problem) {
	field := "application/json"
	switch len(fields) {
	case 0:
	case 1:
		field = fields[0]
	default:
		return 0, nil, w.unsupportedProblem("The request has more than one Content-Type.")
	}
	media, params, err := parseMediaType(field)
	if err != nil {
		return 0, nil, w.unsupportedProblem("The Content-Type can't be read.")
	}
	main, sub, _ := strings.Cut(media, "/")
	if accepted != nil && !acceptsType(accepted, main, sub) {
		if len(fields) == 0 {
			return 0, nil, w.unsupportedProblem("The body has no Content-Type.")
		}
		return 0, nil, w.unsupportedProblem(formatOfType(main, sub).description() + " is not accepted here.")
	}
	format := formatOfType(main, sub)
	if _, known := body.FindCharset(params["charset"]); !known && format != formatBinary {
		return 0, nil, unknownCharsetProblem()
	}
	return format, params, nil
}

func (w *webhook) unsupportedProblem(detail string) *flow.Problem {
	return unsupportedProblem(detail+" Accepted: "+w.accept+".", "Accept", w.accept)
}

// description names a format without repeating text of the request.
func (f bodyFormat) description() string {
	switch f {
	case formatJSON:
		return "JSON"
	case formatURLEncoded:
		return "A form (application/x-www-form-urlencoded)"
	case formatMultipart:
		return "A multipart form"
	case formatXML:
		return "XML"
	case formatText:
		return "Text of this Content-Type"
	}
	return "A body of this Content-Type"
}

// parseMediaType is mime.ParseMediaType with a short cut for the most common
// type.
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

// decodeAs decodes a body, and of JSON only the parts that are needed.
func decodeAs(format bodyFormat, raw []byte, params map[string]string, limits value.Limits, needed *value.Parts) (decodedBody, error) {
	out := decodedBody{format: format}
	charset, _ := body.FindCharset(params["charset"])
	var err error
	switch format {
	case formatJSON:
		if raw, err = body.DecodeJSONText(raw, params["charset"]); err == nil {
			out.value, err = value.DecodeParts(raw, limits, needed)
		}
	case formatURLEncoded:
		out.value, err = body.ParseForm(raw, charset, limits)
	case formatMultipart:
		var form body.MultipartForm
		form, err = body.ParseMultipart(raw, params["boundary"], limits)
		out.value, out.json = form.Values, form.JSON
	case formatXML:
		out.value, err = body.ParseXML(raw, charset, limits)
	case formatText:
		out.value, err = decodeText(raw, charset)
	}
	return out, err
}

// decodeText returns text without its byte order mark.
func decodeText(raw []byte, charset body.Charset) (any, error) {
	raw, err := charset.Decode(raw)
	if err != nil {
		return nil, err
	}
	if utf8.Valid(raw) {
		return strings.TrimPrefix(string(raw), "\ufeff"), nil
	}
	at := 0
	for at < len(raw) {
		r, n := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	before := raw[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return nil, &value.SyntaxError{
		Offset: int64(at), Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(line) + 1,
		Reason: "the text is not UTF-8",
	}
}

// syntaxError returns the error of a reader of a body. All readers return a
// *value.SyntaxError.
func syntaxError(err error) *value.SyntaxError {
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) {
		return syntax
	}
	return &value.SyntaxError{Reason: "it can't be read"}
}
