package ops

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
)

// valueView shows stored values, which may be large, without secrets.
//
// With a limit it reads no more of a value than that many bytes and the length of the
// longest secret, and shows what is sure to be no part of a secret. It then also returns
// the size of the stored value. The beginning of a JSON value ends anywhere; that of a
// text that is not JSON after all may look like JSON.
type valueView struct {
	redactor *redact.Redactor
	limit    int // 0 for none
}

func (v view) values(limit int) valueView { return valueView{v.Redactor, limit} }

// showStored shows the whole of a stored JSON value, or a string if the history cut it.
func (v view) showStored(text []byte) json.RawMessage {
	out, _ := v.values(0).showStored(text)
	return out
}

func (v valueView) showStored(text []byte) (json.RawMessage, int) {
	switch {
	case len(text) == 0:
		return nil, 0
	case redact.IsSealed(text):
		return jsonString(redact.Placeholder), 0
	}
	text, size := v.begin(text)
	if out := v.redactJSON(text, size > 0); out != nil {
		return out, size
	}
	return jsonString(strings.ToValidUTF8(v.redactText(text, size > 0), "\uFFFD")), size
}

// showBody shows a body as JSON, text or base64. A content type other than JSON
// rules out JSON. The history may have cut the body.
func (v valueView) showBody(raw []byte, header map[string][]string, cut bool) RunBody {
	if len(raw) == 0 {
		return RunBody{}
	}
	raw, size := v.begin(raw)
	if mayBeJSON(header) {
		if text := v.redactJSON(raw, size > 0); text != nil {
			return RunBody{text, "json", size}
		}
	}
	if cut || size > 0 {
		raw = dropPartialRune(raw)
	}
	clean := v.redactText(raw, size > 0)
	if utf8.ValidString(clean) {
		return RunBody{jsonString(clean), "text", size}
	}
	text, err := json.Marshal([]byte(clean)) // writes base64
	if err != nil {
		return RunBody{}
	}
	return RunBody{text, "base64", size}
}

// redactedBody stands for a body that is not shown.
func redactedBody() RunBody { return RunBody{Body: jsonString(redact.Placeholder), Encoding: "text"} }

// mayBeJSON reports whether the content type allows JSON.
func mayBeJSON(header map[string][]string) bool {
	types := header["Content-Type"]
	return len(types) == 0 || strings.Contains(strings.ToLower(types[0]), "json")
}

// begin returns what may be read of a value, and the size of the value if that is not
// all of it.
func (v valueView) begin(text []byte) ([]byte, int) {
	if end := v.limit + v.redactor.Longest(); v.limit > 0 && end < len(text) {
		return text[:end], len(text)
	}
	return text, 0
}

// maxDepth is the nesting up to which JSON is shown as JSON.
const maxDepth = 1000

// rewriter returns a rewriter that redacts JSON.
func (v valueView) rewriter(beginning bool) value.TextRewriter {
	return value.TextRewriter{Limits: value.Limits{Depth: maxDepth}, Filter: v.redactor.Stream(), Beginning: beginning}
}

// redactJSON returns JSON without secrets, or nil if the text is no JSON.
func (v valueView) redactJSON(text []byte, beginning bool) json.RawMessage {
	out := bytes.NewBuffer(make([]byte, 0, len(text)))
	if ok, _ := v.rewriter(beginning).Rewrite(out, text); !ok { // a buffer takes everything
		return nil
	}
	if !beginning {
		return out.Bytes()
	}
	// The rest may turn out to be no JSON. Then secrets are also looked for in numbers.
	shown := []byte(v.redactor.Text(out.String()))
	if len(shown) == 0 {
		return json.RawMessage(`""`)
	}
	if shown[0] == '"' && !json.Valid(shown) {
		shown = append(shown, '"')
	}
	return shown
}

// redactText returns a text without secrets.
func (v valueView) redactText(text []byte, beginning bool) string {
	if !beginning {
		return v.redactor.Text(string(text))
	}
	var out bytes.Buffer
	v.redactor.Stream().Part(text, false, func(piece []byte) { _, _ = out.Write(piece) })
	return out.String()
}

// dropPartialRune removes a rune at the end of which bytes are missing.
func dropPartialRune(raw []byte) []byte {
	for i := len(raw) - 1; i >= 0 && i >= len(raw)-utf8.UTFMax; i-- {
		if utf8.RuneStart(raw[i]) {
			if !utf8.FullRune(raw[i:]) {
				return raw[:i]
			}
			return raw
		}
	}
	return raw
}

func jsonString(text string) json.RawMessage {
	out, err := value.Append(nil, text)
	if err != nil {
		return json.RawMessage(`""`) // valid texts always marshal
	}
	return out
}
