package triggers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// fillExample gives a request values for the variables, see flow.HTTPPart.
func (w *webhook) fillExample(s *flow.Sample, path map[string]string) error {
	var body any
	for _, v := range w.variables {
		from := v.From
		if from.Text != nil {
			continue // the file of the sender has such texts
		}
		example := v.Example()
		switch {
		case from.Part == input.PartBody:
			body, _ = input.SetAt(body, from.Steps, example)
		case len(from.Steps) == 0:
		case from.Part == input.PartHeader:
			s.Header.Set(from.Steps[0].Name, exampleText(example))
		case from.Part == input.PartQuery && len(from.Steps) == 1:
			s.Query.Set(from.Steps[0].Name, exampleText(example))
		case from.Part == input.PartPath:
			path[from.Steps[0].Name] = exampleText(example)
		}
	}
	return w.fillBody(s, body)
}

// fillBody writes the body in a type that the trigger accepts.
func (w *webhook) fillBody(s *flow.Sample, body any) error {
	if s.Method == http.MethodGet || s.Method == http.MethodHead {
		return nil
	}
	members, isObject := body.(map[string]any)
	if isObject && !slices.Contains(w.contentTypes, "json") && slices.Contains(w.contentTypes, "form") {
		fields := url.Values{}
		for name, v := range members {
			fields.Set(name, exampleText(v))
		}
		s.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.Body = []byte(fields.Encode())
		return nil
	}
	if body == nil {
		body = map[string]any{}
	}
	text, err := value.Append(nil, body)
	s.Header.Set("Content-Type", "application/json")
	s.Body = text
	return err
}

// exampleText writes a value as a header, a query or a form holds it.
func exampleText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	}
	text, err := value.Append(nil, v)
	if err != nil {
		return ""
	}
	return string(text)
}
