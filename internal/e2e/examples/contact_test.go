package examples_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
)

const contactOrigin = "https://shop.example.com"

// postContact is a form that a script of a page sends.
func postContact(sample, origin string) request {
	return request{path: "/contact", sample: "contact-form/samples/" + sample, header: map[string]string{"Origin": origin}}
}

// TestContactPreflight: browsers learn which pages may send the form. Preflights
// do not count in the rate.
func TestContactPreflight(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	for origin, want := range map[string]struct {
		status  int
		allowed string
	}{
		contactOrigin:                  {204, contactOrigin},
		"https://www.shop.example.com": {204, "https://www.shop.example.com"},
		"https://evil.example.com":     {403, ""},
		"http://shop.example.com":      {403, ""},
	} {
		preflight := request{method: http.MethodOptions, path: "/contact", header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type",
		}}
		status, header, body := preflight.send(t, server.URL)
		if status != want.status || header.Get("Access-Control-Allow-Origin") != want.allowed {
			t.Errorf("%s: got %d, allowed %q: %v", origin, status, header.Get("Access-Control-Allow-Origin"), body)
		}
	}
	if status, _, body := postContact("form.json", contactOrigin).send(t, server.URL); status != 202 {
		t.Errorf("after four preflights a form got %d: %v", status, body)
	}
}

// TestContactForm sends three forms, which is the burst, and then one too many.
func TestContactForm(t *testing.T) {
	t.Parallel()
	server, st, g := serveGateway(t, "")
	work(t, g)
	large := postContact("form.json", contactOrigin)
	large.change = func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 16<<10)...) }
	for _, c := range []struct {
		name   string
		send   request
		status int
		header map[string]string
	}{
		{"a form above max_body, which does not count", large, 413, nil},
		{"form", postContact("form.json", contactOrigin), 202, map[string]string{"Gateway-Ignored": ""}},
		{"honeypot", postContact("honeypot.json", contactOrigin), 200, map[string]string{"Gateway-Ignored": "true"}},
		{"wrong address", postContact("wrong.json", contactOrigin), 422, nil},
		{"one too many", postContact("form.json", contactOrigin), 429, nil},
	} {
		status, header, body := c.send.send(t, server.URL)
		if status != c.status || header.Get("Access-Control-Allow-Origin") != contactOrigin {
			t.Fatalf("%s: got %d for %q: %v", c.name, status, header.Get("Access-Control-Allow-Origin"), body)
		}
		for name, want := range c.header {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got, want)
			}
		}
		switch c.status {
		case 202:
			awaitSuccess(t, st, header.Get("Gateway-Run"))
		case 422:
			checkContactFault(t, body)
		case 429:
			if s, err := strconv.Atoi(header.Get("Retry-After")); err != nil || s < 1 || s > 120 {
				t.Errorf("Retry-After is %q, want at most 2 minutes", header.Get("Retry-After"))
			}
		}
	}
	checkPosted(t, st, "*Contact form*: Jane Müller, jane@example.com\n> Do you repair &lt;old&gt; lamps?\n> Mine is from 1962.")
}

// checkContactFault requires that the address is the only fault.
func checkContactFault(t *testing.T, body any) {
	t.Helper()
	problem, _ := body.(map[string]any)
	faults, _ := problem["errors"].([]any)
	if len(faults) != 1 || faults[0].(map[string]any)["pointer"] != "/email" {
		t.Errorf("the faults are %v, want one at /email", faults)
	}
}

// checkPosted requires that the stand-in for Slack got this text and no other.
func checkPosted(t *testing.T, st signaltest.Store, want string) {
	t.Helper()
	query := store.ListQuery{Filter: store.Filter{Flows: []string{"slack_webhook"}}, Limit: 10}
	var page store.Page
	st.Changed.Await(t, "the message is stored", func() bool {
		var err error
		if page, err = st.List(t.Context(), query); err != nil {
			t.Fatal(err)
		}
		return len(page.Runs) > 0
	})
	run, err := st.Get(t.Context(), page.Runs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var message struct{ Text string }
	if err := json.Unmarshal(run.Body, &message); err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != 1 || message.Text != want {
		t.Errorf("Slack got %d messages, the first is %q, want %q", len(page.Runs), message.Text, want)
	}
}
