package dashboard

import (
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// tryBody is the body of a request in a textarea. A browser sends each line break of
// a textarea as CR and LF, so the form says which one the body has.
type tryBody struct {
	Body string
	CRLF bool // lines end with CR and LF
	Cut  bool // the body of the stored request can't be in a textarea, or is too large
}

// storedBody returns the body of a stored request for the form.
func storedBody(b ops.RunBody, cut bool) tryBody {
	if len(b.Body) == 0 {
		return tryBody{Cut: cut}
	}
	var out tryBody
	if text, ok := stringOf(b.Body); ok && b.Encoding != "json" {
		out.Body, out.Cut = cutText(text, maxValue)
		out.CRLF = strings.Contains(text, "\r\n")
	} else {
		out.Body, out.Cut = indentJSON(b.Body, maxValue)
	}
	out.Cut = out.Cut || cut || b.BodySize > 0 || b.Encoding == "base64" || readField(out.Body, out.CRLF) != out.Body || strings.Contains(out.Body, "\x00")
	return out
}

// readField returns the text that a textarea held, with its own line breaks.
func readField(text string, crlf bool) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// typedBody returns the body that somebody typed.
func typedBody(r *http.Request) tryBody {
	crlf := r.PostFormValue("lines") == "crlf"
	return tryBody{Body: readField(r.PostFormValue("body"), crlf), CRLF: crlf}
}
