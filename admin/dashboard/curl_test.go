package dashboard

import (
	"encoding/json"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
)

func TestCurl(t *testing.T) {
	t.Parallel()
	f := ops.FlowDetail{Flow: ops.Flow{Trigger: "webhook", URL: "http://localhost:8080/it's", Methods: []string{"GET"}}, Auth: []string{"hmac", "bearer"}}
	f.Variables = []ops.Variable{{Name: "q", Place: "webhook.query.q", Example: json.RawMessage(`"Q"`)}, {Name: "h", Place: "webhook.headers.x-limit", Example: json.RawMessage("1")}, {Name: "other", Type: "string", Place: `webhook.body["a b"]`}}
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
