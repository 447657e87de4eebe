package dashboard

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
)

func TestSampleOfType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"string": `"…"`, "number": `1`, "bool": `true`, "any": `null`, "list(string)": `["…"]`, "set(number)": `[1]`, "map(bool)": `{"key":true}`,
		"list(object({a = string, b = optional(number, 5), c = object({d = bool})}))": `[{"a":"…","b":1,"c":{"d":true}}]`,
		"object({})": `{}`, "tuple([string])": `null`, "": `null`, "list(": `[null]`, "object({a": `{}`,
		"map(list(map(string)))":      `{"key":[{"key":"…"}]}`,
		strings.Repeat("list(", 5000): "",
	} {
		got, err := json.Marshal(sampleOfType(text))
		if err != nil {
			t.Fatal(err)
		}
		if want != "" && string(got) != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestCurl(t *testing.T) {
	t.Parallel()
	f := ops.FlowDetail{Flow: ops.Flow{Trigger: "webhook", URL: "http://localhost:8080/it's", Methods: []string{"GET"}}, Auth: []string{"hmac", "bearer"}}
	f.Variables = []ops.Variable{{Name: "q", Type: "string", Place: "webhook.query.q"}, {Name: "h", Type: "number", Place: "webhook.headers.x-limit"}, {Name: "other", Type: "string", Place: `webhook.body["a b"]`}}
	got, signed := curlCommand(&f)
	want := "curl \\\n  -X GET \\\n  'http://localhost:8080/it'\\''s?q=Q' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'x-limit: 1'"
	if got != want || signed {
		t.Errorf("%s", got)
	}
	f.Auth = []string{"stripe"}
	if got, signed := curlCommand(&f); got != "" || !signed {
		t.Errorf("%s", got)
	}
	f.Trigger = "link"
	if got, signed := curlCommand(&f); got != "" || signed {
		t.Errorf("%s", got)
	}
}
