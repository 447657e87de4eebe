package challenge

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// handshake is a challenge as data.
type handshake struct {
	name     string
	doc      string // whole sentences, with a link to the documentation of the provider
	example  string // title of the example
	methods  []string
	signedBy []string
	// asks and answer are those of Challenge. A nil asks is true for each request, and
	// a kind with an Answer of its own has no answer.
	asks   func(r *auth.Request) bool
	answer func(r *auth.Request) *Answer
	// wantsNoBody: no answer of the trigger may have a body.
	wantsNoBody bool
}

func (h handshake) kind() Kind {
	return Kind{Name: h.name, New: func() Challenge { return h }}
}

// Describe declares a block without settings.
func (h handshake) Describe(s *schema.Spec) {
	s.Doc = h.doc
	s.Example(schema.Example{Title: h.example})
}

// Methods lists the methods of the provider's requests.
func (h handshake) Methods() []string { return h.methods }

// SignedBy lists the kinds of auth that check the signature.
func (h handshake) SignedBy() []string { return h.signedBy }

// Asks reports whether a request may be a challenge.
func (h handshake) Asks(r *auth.Request) bool { return h.asks == nil || h.asks(r) }

// Answer returns the answer, nil if the body is of no challenge.
func (h handshake) Answer(_ context.Context, r *auth.Request) *Answer { return h.answer(r) }

// WantsNoBody reports whether answers of the trigger have no body.
func (h handshake) WantsNoBody() bool { return h.wantsNoBody }

// maxEcho is the length of the longest text that an answer repeats.
const maxEcho = 1024

// answerText repeats a text of a request. It returns nil for a text that no
// provider sends. Browsers do not read the answer as HTML.
func answerText(text string) *Answer {
	if text == "" || len(text) > maxEcho || strings.ContainsFunc(text, isNotPrintable) {
		return nil
	}
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}}
	return &Answer{Status: http.StatusOK, Header: header, Body: []byte(text)}
}

// answerMembers answers with a JSON object of texts, under the conditions of
// answerText.
func answerMembers(members map[string]string) *Answer {
	for _, text := range members {
		if answerText(text) == nil {
			return nil
		}
	}
	return answerJSON(members)
}

func answerJSON(v any) *Answer {
	body, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

func isNotPrintable(r rune) bool { return r < ' ' || r > '~' }

// isWord reports whether a text has 1 to limit characters of A-Z, a-z, 0-9, _ and -.
func isWord(text string, limit int) bool {
	if text == "" || len(text) > limit {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// maxDepth is the nesting of the JSON of challenges.
const maxDepth = 8

// decodeBody decodes a JSON body of the size and depth of a challenge; nil for
// others.
func decodeBody(r *auth.Request) any {
	if len(r.Body) == 0 || len(r.Body) > MaxBody {
		return nil
	}
	decoded, err := value.Decode(r.Body, value.Limits{Depth: maxDepth})
	if err != nil {
		return nil
	}
	return decoded
}

// decodeObject is decodeBody for an object.
func decodeObject(r *auth.Request) map[string]any {
	object, _ := decodeBody(r).(map[string]any)
	return object
}

// textMember returns a member that is a text, "" for others.
func textMember(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}
