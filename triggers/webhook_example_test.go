package triggers

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// TestFillExample checks that the trigger accepts the example that it makes itself.
func TestFillExample(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string
		method   string
		path     map[string]string
	}{
		"no variables": {"", "POST", map[string]string{}},
		"types": {"variable \"a\" { type = string }\nvariable \"b\" { type = number }\nvariable \"c\" { type = bool }\nvariable \"d\" { type = array }\nvariable \"e\" { type = object }\nvariable \"f\" {}\n" +
			"variable \"g\" { type = list(object({ sku = string, qty = optional(number, 2) })) }\nvariable \"h\" { type = tuple([string, number]) }\nvariable \"i\" { type = map(bool) }", "POST", map[string]string{}},
		"rules": {"variable \"a\" {\n type = string\n min = 20\n}\nvariable \"b\" {\n type = string\n max = 0\n}\nvariable \"c\" {\n type = number\n min = 7.5\n}\nvariable \"d\" {\n type = number\n max = -1\n}\n" +
			"variable \"e\" {\n type = list(string)\n min = 3\n}\nvariable \"f\" {\n type = array\n max = 0\n}\nvariable \"g\" {\n enum = [5, 6]\n}\nvariable \"h\" {\n type = string\n default = \"x\"\n}", "POST", map[string]string{}},
		"formats": {func() string {
			out := ""
			for i, f := range []string{"email", "uri", "uuid", "date", "date-time", "ipv4", "ipv6", "hostname", "idn-hostname"} {
				out += "variable \"v" + string(rune('a'+i)) + "\" {\n type = string\n format = \"" + f + "\"\n}\n"
			}
			return out
		}(), "POST", map[string]string{}},
		"places": {"path = \"/x/{region}\"\nvariable \"a\" {\n type = number\n from = webhook.query.page\n}\nvariable \"b\" {\n type = string\n from = webhook.headers[\"X-Id\"]\n}\nvariable \"c\" {\n type = string\n from = webhook.path.region\n}\n" +
			"variable \"d\" {\n type = string\n from = webhook.body.customer.mail\n}\nvariable \"e\" {\n type = number\n from = webhook.body.customer.age\n}", "POST", map[string]string{"region": "c"}},
		"form": {"content_types = [\"form\"]\nvariable \"a\" { type = string }\nvariable \"b\" { type = number }", "POST", map[string]string{}},
		"GET":  {"methods = [\"GET\"]\nvariable \"a\" {\n type = bool\n from = webhook.query.a\n}", "GET", map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, c.declared)
			s := &flow.Sample{Method: c.method, Header: http.Header{}, Query: url.Values{}}
			path := map[string]string{}
			if err := w.fillExample(s, path); err != nil {
				t.Fatal(err)
			}
			for k, v := range c.path {
				if path[k] != v {
					t.Errorf("path %v, want %v", path, c.path)
				}
			}
			sent{method: s.Method, url: "/x?" + s.Query.Encode(), header: s.Header, body: string(s.Body), path: path}.accepted(t, w)
		})
	}
}
