package triggers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// TestForwardedCredentials: a forwarded field is found by its name, and stands in
// no list of fields and no stored form.
func TestForwardedCredentials(t *testing.T) {
	t.Parallel()
	const token = "Bearer of-the-caller"
	w := mustLoad(t, "mode = \"sync\"\nforward = [\"authorization\"]")
	ev := sent{body: `{}`, header: http.Header{"Authorization": {token}, "Cookie": {"c=1"}, "X-Other": {"o"}}}.accepted(t, w)
	headers := ev.Value(webhookRoot).(value.Object)
	fields, _ := headers.Get("headers")
	if got, _ := fields.(value.Object).Get("AUTHORIZATION"); got != token {
		t.Errorf("the field is %v", got)
	}
	if got, _ := fields.(value.Object).Get("Cookie"); got != nil {
		t.Errorf("the cookie is %v", got)
	}
	stored, err := w.Encode(ev)
	if err != nil {
		t.Fatal(err)
	}
	if all := asJSON(t, ev.Value(webhookRoot)) + string(stored.Event); strings.Contains(all, token) || strings.Contains(all, "c=1") || !strings.Contains(all, `"X-Other":"o"`) {
		t.Errorf("the request holds %s", all)
	}
	if decoded, err := w.Decode(stored, flow.Limits{}); err != nil || strings.Contains(asJSON(t, decoded.Value(webhookRoot)), token) {
		t.Errorf("the decoded request holds it: %v", err)
	}
}
