package fromrun

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/literal"
)

// noise are header fields of answers that say nothing to a flow.
var noise = []string{"Content-Length", "Content-Encoding", "Date", "Connection", "Server", "Transfer-Encoding", "Keep-Alive"}

// The types that mocks give their bodies.
const (
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
)

// answer is what the outputs of an action say about the answer that it got.
type answer struct {
	Status  json.Number       `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
	Text    *string           `json:"text"` // nil for a kind that does not return it
}

// writeAnswer writes the answer of a server, from the outputs that it became.
func (w *writer) writeAnswer(s Step) {
	var a answer
	if s.CutFrom > 0 || json.Unmarshal(s.Output, &a) != nil || a.Status == "" {
		w.gapOfOutput(s)
		return
	}
	w.line("status = %s", a.Status)
	fields := map[string]any{}
	contentType := ""
	for name, text := range a.Headers {
		switch name = http.CanonicalHeaderKey(name); {
		case name == "Content-Type":
			contentType = text
		case !slices.Contains(noise, name):
			fields[name] = text
		}
	}
	given := w.writeAnswerText(s, &a, contentType)
	if contentType = inUTF8(contentType); contentType != "" && contentType != given {
		fields["Content-Type"] = contentType
	}
	if len(fields) > 0 {
		w.line("headers = %s", w.literal(fields, "the answer to action "+s.Path))
	}
}

// writeAnswerText writes the body of an answer by its type, so that the action makes
// the same outputs of it. It returns the type that the mock gives the body.
func (w *writer) writeAnswerText(s Step, a *answer, contentType string) string {
	v, what := decode(a.Body), "the answer to action "+s.Path
	kind, _, _ := mime.ParseMediaType(contentType)
	bytes, isText := v.(string)
	switch {
	case a.Text == nil:
		return w.writeAnswerBody(s, a.Body)
	case *a.Text == "":
		return ""
	case v != nil && isJSON(kind) && !w.Inputs && !hasUnusualNumber(v):
		w.line("json = %s", w.literal(v, what))
		return jsonType
	case isText && !isJSON(kind) && bytes != *a.Text: // a body that is no text is base64
		w.line("body_base64 = %s", literal.Text(bytes))
		return ""
	case inUTF8(contentType) == textType:
		w.line("text = %s", w.literal(*a.Text, what))
		return textType
	}
	w.line("body = %s", w.literal(*a.Text, what))
	return ""
}

// writeAnswerBody writes a body that is known by its value alone.
func (w *writer) writeAnswerBody(s Step, body json.RawMessage) string {
	switch v := decode(body).(type) {
	case nil:
		return ""
	case string:
		w.line("text = %s", w.literal(v, "the answer to action "+s.Path))
		return textType
	default:
		w.line("json = %s", w.literal(v, "the answer to action "+s.Path))
		return jsonType
	}
}

func isJSON(mediaType string) bool {
	return strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json")
}

// inUTF8 returns a type with the encoding that texts of the history have.
func inUTF8(contentType string) string {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || parameters["charset"] == "" || strings.EqualFold(parameters["charset"], "utf-8") {
		return contentType
	}
	parameters["charset"] = "utf-8"
	return mime.FormatMediaType(kind, parameters)
}

// hasUnusualNumber reports whether a value has a number that would be written
// differently after an expression has read it, such as 1.50 or 1e3.
func hasUnusualNumber(v any) bool {
	switch v := v.(type) {
	case json.Number:
		text := v.String()
		return strings.ContainsAny(text, "eE") || text == "-0" || strings.Contains(text, ".") && strings.HasSuffix(text, "0")
	case []any:
		return slices.ContainsFunc(v, hasUnusualNumber)
	case map[string]any:
		for _, member := range v {
			if hasUnusualNumber(member) {
				return true
			}
		}
	}
	return false
}
