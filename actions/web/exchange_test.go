package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

func TestErrorBody(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", flow.MaxErrorBody)
	for _, c := range []struct {
		name, kind, body string
		want             any
	}{
		{"none", "application/json", "", nil},
		{"json", "application/problem+json", `{"code":"E7"}`, map[string]any{"code": "E7"}},
		{"broken json", "application/json", `{"code`, `{"code`},
		{"text", "text/plain", "no stock", "no stock"},
		{"no type", "", "no stock", "no stock"},
		{"bytes", "image/png", "\x00\xff", "AP8="},
		{"long text", "text/html", "x" + long, "x" + long[:flow.MaxErrorBody-2]},
		{"long json", "application/json", `"` + long + `"`, `"` + long[:flow.MaxErrorBody-2]},
		{"long text in another encoding", "text/plain; charset=iso-8859-1", strings.Repeat("\xe4", flow.MaxErrorBody), long[:flow.MaxErrorBody]},
		{"many bytes", "image/png", strings.Repeat("\x00", flow.MaxErrorBody+1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := errorBody(&outbound.Response{Status: 500, Header: http.Header{"Content-Type": {c.kind}}, Body: []byte(c.body)})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExchangeHidesServer(t *testing.T) {
	t.Parallel()
	r := &outbound.Request{Method: "POST", URL: "https://example.com/services/T0/B0?token=1"}
	for hide, want := range map[bool]string{true: "", false: "/services/T0/B0"} {
		if x := newExchange(r, nil, hide); x.Path != want || x.Method != "POST" || x.Status != 0 {
			t.Errorf("%+v", x)
		}
	}
	r.URL = "https://example.com/" + strings.Repeat("a", 1000)
	if x := newExchange(r, nil, false); len(x.Path) != maxErrorPath+len("…") {
		t.Errorf("the path has %d bytes", len(x.Path))
	}
}
