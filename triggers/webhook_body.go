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

// decodeBody decodes a body by its content type. The body must be plain UTF-8
// without a content encoding, so that the signed bytes are the ones that are read.
func (w *webhook) decodeBody(h http.Header, raw []byte, limits flow.Limits) (bodyFormat, any, *flow.Problem) {
	if !isIdentity(h["Content-Encoding"]) {
		return 0, nil, unsupportedProblem("The body must not have a content encoding.", "Accept-Encoding", "identity")
	}
	format, params, problem := w.checkContentType(h["Content-Type"])
	if problem != nil {
		return 0, nil, problem
	}
	v, err := decodeAs(format, raw, params["boundary"], value.Limits{Depth: limits.JSONDepth})
	if err != nil {
		return 0, nil, malformedProblem("Malformed body", input.PartBody, syntaxError(err))
	}
	return format, v, nil
}

// isIdentity reports whether a list of content encodings leaves the body
// unchanged.
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

// checkContentType returns the format and parameters of the content type, or the
// problem if the trigger does not accept it.
func (w *webhook) checkContentType(fields []string) (bodyFormat, map[string]string, *flow.Problem) {
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
	if !acceptsType(w.ranges, main, sub) {
		if len(fields) == 0 {
			return 0, nil, w.unsupportedProblem("The body has no Content-Type.")
		}
		return 0, nil, w.unsupportedProblem(formatOfType(main, sub).description() + " is not accepted here.")
	}
	format := formatOfType(main, sub)
	if charset, ok := params["charset"]; ok && format != formatBinary && !isUTF8(charset) {
		return 0, nil, w.unsupportedProblem("The character set of a body must be UTF-8.")
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

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii")
}

func decodeAs(format bodyFormat, raw []byte, boundary string, limits value.Limits) (any, error) {
	switch format {
	case formatJSON:
		return value.Decode(raw, limits)
	case formatURLEncoded:
		return body.ParseForm(raw, limits)
	case formatMultipart:
		return body.ParseMultipart(raw, boundary, limits)
	case formatXML:
		return body.ParseXML(raw, limits)
	case formatText:
		return decodeText(raw)
	}
	return nil, nil
}

func decodeText(raw []byte) (any, error) {
	if utf8.Valid(raw) {
		return string(raw), nil
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
