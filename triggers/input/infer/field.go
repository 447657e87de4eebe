package infer

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
)

// field is a field of a form.
type field struct {
	name, text string
	isFile     bool
}

// encodeFields writes fields as application/x-www-form-urlencoded.
func encodeFields(fields []field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = url.QueryEscape(f.name) + "=" + url.QueryEscape(f.text)
	}
	return strings.Join(parts, "&")
}

// formValues returns the values of a multipart form. A file has the members that
// the gateway gives it.
func formValues(fields []field) map[string]any {
	var texts []field
	for _, f := range fields {
		if !f.isFile {
			texts = append(texts, f)
		}
	}
	values, err := body.ParseForm([]byte(encodeFields(texts)), body.Charset{}, value.Limits{})
	if err != nil {
		values = map[string]any{}
	}
	for _, f := range fields {
		if !f.isFile {
			continue
		}
		file := map[string]any{"filename": f.text, "content_type": "text/plain", "size": json.Number("0"), "content": ""}
		switch before := values[f.name].(type) {
		case nil:
			values[f.name] = file
		case []any:
			values[f.name] = append(before, file)
		default:
			values[f.name] = []any{before, file}
		}
	}
	return values
}
