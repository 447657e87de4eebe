package engine_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

const fromPages = `
flow "shop" {
  trigger "webhook" {
    path    = "/shop"
    methods = ["POST", "OPTIONS"]
    auth "bearer" { token = secret.token }
    cors {
      origins     = ["https://shop.example.com", "https://b.example.com:8443"]
      methods     = ["POST"]
      headers     = ["Content-Type", "Authorization"]
      credentials = true
      max_age     = "1h"
    }
    variable "n" { type = number }
  }
  action "http" "act" { url = "OUT/act" }
}
flow "all" {
  trigger "webhook" {
    path = "/all/{id}"
    mode = "sync"
    cors { origins = ["*"] }
    response {
      headers = { Vary = "Accept" }
      body    = "ok"
    }
  }
}
flow "plain" {
  trigger "webhook" {
    path    = "/plain"
    methods = ["POST", "PUT"]
  }
  action "http" "act" { url = "OUT/act" }
}
flow "probed" {
  trigger "webhook" {
    path    = "/probed"
    mode    = "sync"
    methods = ["HEAD", "OPTIONS"]
    response { status = 207 }
  }
}
secret "token" { env = "TOKEN" }`

// send sends a request of any method.
func (d *durable) send(method, path, body string, header ...string) reply {
	d.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	const origin, method, asked = "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"
	const shop, bad = "https://shop.example.com", "https://evil.example.com"
	const letIn = "Bearer hush-hush-TOKEN"
	d := newDurable(t, fromPages)
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		origin             string            // Access-Control-Allow-Origin
		want               map[string]string // other fields; "" for none
	}{
		"preflight": {"OPTIONS", "/shop", "", []string{origin, shop, method, "POST", asked, "authorization"}, 204, shop, map[string]string{
			"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "content-type, authorization", "Access-Control-Max-Age": "3600",
			"Access-Control-Allow-Credentials": "true", "Content-Type": "",
		}},
		"preflight of another port":      {"OPTIONS", "/shop", "", []string{origin, "https://b.example.com:8443", method, "POST"}, 204, "https://b.example.com:8443", nil},
		"preflight of a strange origin":  {"OPTIONS", "/shop", "", []string{origin, bad, method, "POST"}, 403, "", map[string]string{"Access-Control-Allow-Methods": ""}},
		"preflight of a longer name":     {"OPTIONS", "/shop", "", []string{origin, shop + ".evil.com", method, "POST"}, 403, "", nil},
		"preflight for all":              {"OPTIONS", "/all/7", "", []string{origin, bad, method, "POST"}, 204, "*", map[string]string{"Access-Control-Allow-Credentials": "", "Access-Control-Allow-Headers": "content-type"}},
		"preflight for another method":   {"OPTIONS", "/all/7", "", []string{origin, bad, method, "DELETE"}, 204, "", map[string]string{"Allow": "HEAD, OPTIONS, POST"}},
		"preflight without cors":         {"OPTIONS", "/plain", "", []string{origin, shop, method, "POST"}, 204, "", map[string]string{"Allow": "HEAD, OPTIONS, POST, PUT"}},
		"preflight to nowhere":           {"OPTIONS", "/nowhere", "", []string{origin, shop, method, "POST"}, 404, "", nil},
		"OPTIONS that is no preflight":   {"OPTIONS", "/shop", "", []string{origin, shop}, 401, shop, nil},
		"accepted":                       {"POST", "/shop", `{"n": 1}`, []string{origin, shop, "Authorization", letIn}, 200, shop, map[string]string{"Access-Control-Allow-Credentials": "true", "Access-Control-Expose-Headers": "Gateway-Ignored, Gateway-Replayed, Gateway-Run, RateLimit, RateLimit-Policy, Retry-After"}},
		"refused, and readable":          {"POST", "/shop", `{"n": "x"}`, []string{origin, shop, "Authorization", letIn}, 422, shop, nil},
		"not signed in, and readable":    {"POST", "/shop", `{"n": 1}`, []string{origin, shop}, 401, shop, nil},
		"accepted of a strange origin":   {"POST", "/shop", `{"n": 1}`, []string{origin, bad, "Authorization", letIn}, 200, "", nil},
		"accepted without an origin":     {"POST", "/shop", `{"n": 1}`, []string{"Authorization", letIn}, 200, "", nil},
		"accepted of all":                {"POST", "/all/7", `{}`, []string{origin, bad}, 200, "*", map[string]string{"Access-Control-Allow-Credentials": ""}},
		"accepted of a flow without":     {"POST", "/plain", `{}`, []string{origin, shop}, 200, "", map[string]string{"Vary": ""}},
		"HEAD of an endpoint":            {"HEAD", "/plain", "", nil, 200, "", map[string]string{"Gateway-Run": "*"}},
		"HEAD of nowhere":                {"HEAD", "/nowhere", "", nil, 404, "", nil},
		"OPTIONS of an endpoint":         {"OPTIONS", "/plain", "", nil, 204, "", map[string]string{"Allow": "HEAD, OPTIONS, POST, PUT"}},
		"HEAD of a flow that lists it":   {"HEAD", "/probed", "", nil, 207, "", nil},
		"another method":                 {"DELETE", "/plain", "", nil, 405, "", map[string]string{"Allow": "POST, PUT"}},
		"OPTIONS of a flow that lists i": {"OPTIONS", "/probed", "", nil, 207, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			header := append([]string{"Content-Type", "application/json"}, c.header...)
			got := d.send(c.method, c.path, c.body, header...)
			if got.status != c.status || got.header.Get("Access-Control-Allow-Origin") != c.origin {
				t.Errorf("got %d for %q, want %d for %q: %s", got.status, got.header.Get("Access-Control-Allow-Origin"), c.status, c.origin, got.body)
			}
			for name, want := range c.want {
				if text := got.header.Get(name); text != want && (want != "*" || text == "") {
					t.Errorf("%s is %q, want %q", name, text, want)
				}
			}
			if c.path == "/shop" && !slices.Contains(got.header.Values("Vary"), "Origin") {
				t.Errorf("Vary is %q", got.header.Values("Vary"))
			}
		})
	}
}

// TestProbesLeaveNoTrace: neither a preflight nor a probe is a run or a record.
func TestProbesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	d := newDurable(t, fromPages)
	d.send("OPTIONS", "/shop", "", "Origin", "https://shop.example.com", "Access-Control-Request-Method", "POST")
	d.send("HEAD", "/plain", "")
	d.send("OPTIONS", "/plain", "")
	for outcome, want := range map[string]float64{"preflight": 1, "probe": 2} {
		if n := seriesValue(t, d.g, "gateway_requests_total", map[string]string{"outcome": outcome}); n != want {
			t.Errorf("%v requests count as %s, want %v", n, outcome, want)
		}
	}
	d.stop()
	page, err := d.store.List(t.Context(), store.ListQuery{Limit: 10})
	if err != nil || len(page.Runs) > 0 {
		t.Errorf("the history has %v %v", page.Runs, err)
	}
}
