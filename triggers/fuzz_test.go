package triggers

import (
	"bytes"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

const fuzzedTrigger = `
path = "/{p}"
content_types = ["json", "form", "multipart", "xml", "text", "application/octet-stream"]
variable "anything" {
  required = false
}
variable "text" {
  type     = string
  min      = 1
  max      = 3
  required = false
}
variable "mail" {
  type    = string
  format  = "email"
  default = "a@b.de"
}
variable "total" {
  type     = number
  min      = 0
  max      = 1e30
  required = false
}
variable "flag" {
  type     = bool
  required = false
}
variable "items" {
  type     = list(object({ sku = string, qty = optional(number, 1), more = optional(map(tuple([bool, any]))) }))
  max      = 3
  required = false
}
variable "page" {
  type     = number
  from     = webhook.query.filter.page
  required = false
}
variable "ids" {
  type     = list(number)
  from     = webhook.query.ids
  required = false
}
variable "header" {
  type     = bool
  from     = webhook.headers.x-flag
  required = false
}
variable "p" {
  type = number
  enum = [1, 2.5]
  from = webhook.path.p
}
`

// FuzzAccept checks that no request makes Accept panic or return an undocumented
// problem, and that the variables of an accepted request match their declarations.
func FuzzAccept(f *testing.F) {
	const part = "--b\r\nContent-Disposition: form-data; name=\"total\"\r\n\r\n1\r\n--b--\r\n"
	for _, seed := range []struct{ typ, coding, query, flag, path, body string }{
		{"application/json", "", "", "true", "1", `{"text":"a","total":1.5,"flag":true,"items":[{"sku":"a","more":{"k":[true,1]}}]}`},
		{"application/json", "", "filter[page]=1&ids=1&ids=2", "", "2.5", `{"items":[{"sku":1},null,{}],"mail":"x"}`},
		{"application/json; charset=utf-8", "identity", "ids=7", "false", "2.50", `[1e400]`},
		{"application/x-www-form-urlencoded", "", "", "", "1", "total=1&flag=true&items[0][sku]=a&items[0][qty]=2"},
		{"multipart/form-data; boundary=b", "", "", "", "1", part},
		{"application/xml", "gzip", "", "", "1", "<items><sku>a</sku></items>"},
		{"text/plain", "", "a=%ff", "\xff", "\xff", "\xff"},
		{"application/octet-stream", "", "", "", "1", "\x00"},
		{"", "", "", "", "", ""},
	} {
		f.Add(seed.typ, seed.coding, seed.query, seed.flag, seed.path, []byte(seed.body), false)
		f.Add(seed.typ, seed.coding, seed.query, seed.flag, seed.path, []byte(seed.body), true)
	}
	open := mustLoad(f, fuzzedTrigger)
	strict := mustLoad(f, fuzzedTrigger+"strict = true")
	f.Fuzz(func(t *testing.T, typ, coding, query, flag, path string, body []byte, isStrict bool) {
		w := open
		if isStrict {
			w = strict
		}
		r := &http.Request{
			Method: "POST", URL: &url.URL{Path: "/", RawQuery: query}, ContentLength: -1,
			Header: http.Header{"X-Flag": {flag}}, Body: readCloser{bytes.NewReader(body)},
		}
		if typ != "" {
			r.Header.Set("Content-Type", typ)
		}
		if coding != "" {
			r.Header.Set("Content-Encoding", coding)
		}
		e, problem := w.Accept(r, flow.Incoming{
			PathValues: map[string]string{"p": path}, RemoteIP: netip.IPv4Unspecified(),
			Limits: flow.Limits{Body: 4096, JSONDepth: 16},
		})
		if problem != nil {
			checkRefusal(t, e, problem)
			return
		}
		checkEvent(t, w, e)
	})
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func checkRefusal(t *testing.T, e flow.Event, problem *flow.Problem) {
	t.Helper()
	if e != nil {
		t.Error("an event and a problem")
	}
	if !slices.Contains([]int{400, 413, 415, 422}, problem.Status) {
		t.Errorf("status %d", problem.Status)
	}
	if (problem.Status == 422) != (len(problem.Faults) > 0 && problem.Outcome == "invalid") || len(problem.Faults) > input.MaxFaults {
		t.Errorf("%d faults of status %d", len(problem.Faults), problem.Status)
	}
	for _, fault := range problem.Faults {
		if len(fault.Pointer) > input.MaxPointer || fault.Detail == "" || fault.In == "" {
			t.Errorf("fault %+v", fault)
		}
	}
}

func checkEvent(t *testing.T, w *webhook, e flow.Event) {
	t.Helper()
	root := e.Value("webhook").(value.Object)
	for _, v := range w.variables {
		got, ok := root.Get(v.Name)
		if !ok {
			t.Fatalf("no variable %s", v.Name)
		}
		if got == nil {
			if v.Required || v.Default != nil {
				t.Errorf("%s is null", v.Name)
			}
			continue
		}
		c := input.NewChecker()
		if out := v.Convert(c, got, true, input.FormatJSON); !reflect.DeepEqual(out, got) {
			t.Errorf("%s is %v, its type makes it %v", v.Name, got, out)
		}
		if found := c.Faults(); found.Total > 0 {
			t.Errorf("%s is %v: %+v", v.Name, got, found.List)
		}
	}
	for name, member := range root.Map() {
		if _, err := value.Append(nil, member); err != nil && name != "raw" {
			t.Errorf("%s can't be written: %v", name, err)
		}
	}
}
