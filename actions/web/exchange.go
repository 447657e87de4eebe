package web

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// maxErrorPath is how many bytes of the path of a failed request are kept.
const maxErrorPath = 500

// newExchange returns a request that failed. answer is nil if none came, and
// hideServer leaves out the path.
func newExchange(r *outbound.Request, answer *outbound.Response, hideServer bool) *flow.Exchange {
	x := &flow.Exchange{Method: r.Method}
	if u, err := url.Parse(r.URL); err == nil && !hideServer {
		x.Path = shortPath(u.EscapedPath())
	}
	if answer != nil {
		x.Status, x.Body = answer.Status, errorBody(answer)
	}
	return x
}

func shortPath(path string) string {
	if path == "" {
		return "/"
	}
	if len(path) > maxErrorPath {
		return path[:maxErrorPath] + "…"
	}
	return path
}

// errorBody returns the body of a failed call: decoded by its type, or if that can't
// be done its beginning as text. It is nil for an empty body, and for a long one
// that is no text.
func errorBody(r *outbound.Response) any {
	kind := parseContentType(r.Header)
	switch {
	case len(r.Body) == 0:
		return nil
	case len(r.Body) > flow.MaxErrorBody && (kind.isText() || kind.isJSON() || kind.isXML() || kind.media == formType):
		return cutText(kind.decodeText(r.Body[:flow.MaxErrorBody]))
	case len(r.Body) > flow.MaxErrorBody:
		return nil
	}
	if v, err := kind.decodeBody(r.Body); err == nil && !kind.isText() {
		return v
	}
	return cutText(kind.decodeText(r.Body))
}

// cutText returns the beginning of a text of at most flow.MaxErrorBody bytes. Other
// encodings than UTF-8 may have made it longer. A letter that was cut is left out.
func cutText(text string) string {
	if len(text) > flow.MaxErrorBody {
		end := flow.MaxErrorBody
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	return strings.TrimRight(text, "\uFFFD")
}
