// Package problem writes refusals of requests as problem documents (RFC 9457).
package problem

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/flow"
)

// ContentType is the media type of a problem document.
const ContentType = "application/problem+json"

// Document is the JSON of a refusal: members of RFC 9457, and two of the
// gateway's own. It has no type, so its title is the phrase of its status.
type Document struct {
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Run    string       `json:"run,omitempty"`
	Errors []flow.Fault `json:"errors,omitempty"`
}

// Encode returns the document of a refusal. run is the id under which the
// history keeps the refused request; "" for none.
func Encode(p *flow.Problem, run string) []byte {
	body, err := json.Marshal(Document{Title: Title(p.Status), Status: p.Status, Detail: p.Detail, Run: run, Errors: p.Faults})
	if err != nil {
		body = nil // texts and numbers always marshal
	}
	return append(body, '\n')
}

// Title returns the phrase of a status in RFC 9110.
func Title(status int) string {
	switch status { // net/http has the phrases of older documents
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large"
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content"
	}
	return http.StatusText(status)
}

// HeadersTooLarge returns the refusal of a request whose header has more bytes
// than the limit. It also closes the connection, as net/http does above a limit
// of its own.
func HeadersTooLarge(limit int) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusRequestHeaderFieldsTooLarge, Detail: fmt.Sprintf("The header of a request may have at most %d bytes.", limit),
		Header: http.Header{"Connection": {"close"}}, Outcome: "headers_too_large",
	}
}

// Write answers a request with a problem document.
func Write(w http.ResponseWriter, p *flow.Problem) {
	h := w.Header()
	maps.Copy(h, p.Header)
	h.Set("Content-Type", ContentType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(Encode(p, "")) // fails only if the caller hung up
}

// Unavailable returns a refusal for now. The caller may try again after the
// seconds.
func Unavailable(detail string, seconds int) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusServiceUnavailable, Detail: detail,
		Header: http.Header{"Retry-After": {strconv.Itoa(seconds)}}, Outcome: "unavailable",
	}
}

// ShuttingDown returns the refusal of a gateway that stops. It also closes the
// connection, so that the next request reaches another gateway.
func ShuttingDown() *flow.Problem {
	p := Unavailable("The gateway is shutting down.", 5)
	p.Header.Set("Connection", "close")
	return p
}
