package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/triggers"
)

// loadWebhooks loads the files with the triggers of the program.
func (l *lab) loadWebhooks() (*load.Config, hcl.Diagnostics) {
	kinds := l.kinds()
	kinds.Triggers = triggers.All(auth.All())
	return load.Files(load.Options{
		Clock: clock.System{}, FS: *l.files.Load(), Paths: []load.Path{{Dir: "flows"}}, Env: testEnv, Kinds: kinds,
	})
}

const refusingFlows = `
gateway {
  limits {
    body    = "1KiB"
    headers = "4KiB"
    runs    = 1
  }
}
flow "checked" {
  trigger "webhook" {
    path = "/checked"
    mode = "sync"
    auth "bearer" { token = "right-token" }
    variable "n" { type = number }
  }
}
flow "inside" {
  trigger "webhook" {
    path      = "/inside"
    mode      = "sync"
    allow_ips = ["10.0.0.0/8"]
  }
}
flow "fails" {
  trigger "webhook" {
    path = "/fails"
    mode = "sync"
  }
  action "fail" "f" {}
}
flow "remote" {
  trigger "webhook" {
    path = "/remote"
    mode = "sync"
  }
  action "fail" "f2" { remote = true }
}
flow "slow" {
  trigger "webhook" {
    path    = "/slow"
    mode    = "sync"
    timeout = "1s"
  }
  action "hold" "h" {}
}
`

// TestRefusals: docs/reference/answers.md says that each refusal is a problem
// document, and that each answer has the id of its run.
func TestRefusals(t *testing.T) {
	t.Parallel()
	request := func(line, fields, body string) string {
		return fmt.Sprintf("%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n%s\r\n%s", line, len(body), fields, body)
	}
	const token, isJSON = "Authorization: Bearer right-token\r\n", "Content-Type: application/json\r\n"
	cases := []struct {
		name, request string
		busy          bool // all slots are in use
		status        int
		header        string // that the answer has
	}{
		{name: "malformed", request: request("POST /checked", token+isJSON, `{"n": `), status: 400},
		{name: "no token", request: request("POST /checked", isJSON, `{"n": 1}`), status: 401, header: "Www-Authenticate"},
		{name: "address", request: request("POST /inside", isJSON, `{}`), status: 403},
		{name: "no endpoint", request: request("GET /nowhere", "", ""), status: 404},
		{name: "no path", request: request("GET *", "", ""), status: 404},
		{name: "method", request: request("DELETE /fails", "", ""), status: 405, header: "Allow"},
		{name: "unknown method", request: request("BREW /fails", "", ""), status: 405, header: "Allow"},
		{name: "slow body", request: "POST /fails HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n" + isJSON + "\r\n{", status: 408},
		{name: "large body", request: request("POST /fails", isJSON, `"`+strings.Repeat("x", 1200)+`"`), status: 413},
		{name: "type", request: request("POST /fails", "Content-Type: text/csv\r\n", "a,b"), status: 415, header: "Accept"},
		{name: "encoding", request: request("POST /fails", isJSON+"Content-Encoding: lzma\r\n", "xx"), status: 415, header: "Accept-Encoding"},
		{name: "values", request: request("POST /checked", token+isJSON, `{"n": "one"}`), status: 422},
		{name: "large header", request: request("GET /fails", "X-Large: "+strings.Repeat("x", 5000)+"\r\n", ""), status: 431},
		{name: "large query", request: request("GET /fails?"+strings.Repeat("x", 5000), "", ""), status: 431},
		{name: "failed", request: request("POST /fails", isJSON, `{}`), status: 500},
		{name: "failed elsewhere", request: request("POST /remote", isJSON, `{}`), status: 502},
		{name: "busy", request: request("POST /fails", isJSON, `{}`), busy: true, status: 503, header: "Retry-After"},
		{name: "timeout", request: request("POST /slow", isJSON, `{}`), status: 504},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			prepare := func(l *lab) {
				l.files.Store(&fstest.MapFS{"flows/main.hcl": {Data: []byte(refusingFlows)}})
				l.opts.Load = l.loadWebhooks
			}
			serveIn(t, prepare, func(s *live) {
				if c.busy {
					s.public.dial(s.t).send(request("POST /slow", isJSON, `{}`))
					<-s.entered
				}
				caller := s.public.dial(s.t)
				go caller.send(c.request)
				checkRefusal(s.t, caller.wantStatus(c.status), c.header)
			})
		})
	}
}

// checkRefusal checks that an answer is a problem document of the gateway.
func checkRefusal(t testing.TB, r wireReply, header string) {
	t.Helper()
	var p problem.Document
	if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%v: %v %s", err, r.header, r.body)
	}
	run := r.header.Get("Gateway-Run")
	if p.Status != r.status || p.Title != problem.Title(r.status) || p.Run != run || len(run) != 26 {
		t.Errorf("%s %v", r.body, r.header)
	}
	if !strings.HasSuffix(p.Detail, ".") || p.Detail == "." {
		t.Errorf("the detail is no sentence: %q", p.Detail)
	}
	if header != "" && r.header.Get(header) == "" {
		t.Errorf("no %s in %v", header, r.header)
	}
}

// TestRefusalsOfTheServer: what net/http refuses does not reach the endpoints and
// is plain text, as docs/reference/answers.md says.
func TestRefusalsOfTheServer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		request string
		status  int
	}{
		{"GET /\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\n\r\n", 400}, // no host
		{"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n", 417},
		{"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 20000) + "\r\n\r\n", 431},
		{"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
		{"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505},
	}
	for _, c := range cases {
		serveIn(t, func(l *lab) { l.write("gateway {\n  limits {\n    headers = \"4KiB\"\n  }\n}\n" + one("", "")) }, func(s *live) {
			caller := s.public.dial(s.t)
			go func() { _, _ = caller.Write([]byte(c.request)) }() // the gateway may close the connection first
			r := caller.answer()
			if r.status != c.status || r.header.Get("Gateway-Run") != "" || strings.Contains(r.body, "{") {
				s.t.Errorf("%.40q: %d %v %s", c.request, r.status, r.header, r.body)
			}
		})
	}
}
