package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestHTTPStatus(t *testing.T) {
	t.Parallel()
	cases := []struct {
		status  int
		success string
		class   flow.Class // "" for a success
		reason  string
		message string
	}{
		{status: 200},
		{status: 299},
		{status: 304, class: flow.Permanent, message: "answered 304 Not Modified"},
		{status: 400, class: flow.Permanent, message: "answered 400 Bad Request"},
		{status: 404, class: flow.Permanent, message: "answered 404 Not Found"},
		{status: 404, success: "200-299,404"},
		{status: 200, success: "201", class: flow.Permanent, message: "answered 200 OK"},
		{status: 408, class: flow.Transient, reason: "timeout", message: "answered 408 Request Timeout"},
		{status: 429, class: flow.Transient, reason: "429", message: "answered 429 Too Many Requests"},
		{status: 500, class: flow.Transient, reason: "5xx", message: "answered 500 Internal Server Error"},
		{status: 503, class: flow.Transient, reason: "5xx", message: "answered 503 Service Unavailable"},
		{status: 599, class: flow.Transient, reason: "5xx", message: "answered 599"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.status, " ", c.success), func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) })
			hcl := "url = \"" + server.URL + "/hidden\""
			if c.success != "" {
				hcl += "\nsuccess = \"" + c.success + "\""
			}
			if c.class == "" {
				if out := actiontest.New(t).MustSucceed("http", hcl, "{}"); valuetest.EncodeJSON(t, out["status"]) != fmt.Sprint(c.status) {
					t.Errorf("status %v", out["status"])
				}
				return
			}
			err := actiontest.New(t).MustFail("http", hcl, "{}")
			if err.Class != c.class || err.Reason != c.reason || !err.Remote || err.Message != server.URL+": "+c.message {
				t.Errorf("%s, reason %q, remote %v: %q", err.Class, err.Reason, err.Remote, err.Message)
			}
		})
	}
}

// TestHTTPStatusOfASecret holds that a sensitive action does not name its
// server.
func TestHTTPStatusOfASecret(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	err := actiontest.New(t).MustFail("http", "url = \""+server.URL+"/hidden\"\nsensitive = true", "{}")
	if err.Message != "answered 404 Not Found" {
		t.Errorf("message %q", err.Message)
	}
}

// TestHTTPRetries: the other side sees every attempt, with one key.
func TestHTTPRetries(t *testing.T) {
	t.Parallel()
	const retry = "\nretry {\n attempts = 4\n initial = \"1ms\"\n max = \"2ms\"\n}"
	cases := []struct {
		name     string
		statuses []int // of the attempts, the last one for all others
		attempts int
		state    flow.State
	}{
		{"the third succeeds", []int{503, 429, 200}, 3, flow.Succeeded},
		{"none succeeds", []int{500}, 4, flow.Failed},
		{"no use", []int{503, 404, 200}, 2, flow.Failed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var server *actiontest.Server
			server = actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "3600") // the block's max bounds it
				w.WriteHeader(c.statuses[min(len(server.Requests()), len(c.statuses))-1])
			})
			b := actiontest.New(t)
			res := b.Run(t.Context(), b.MustCompile(actiontest.Action("http", "url = \""+server.URL+"\"\njson = { a = 1 }"+retry)), "{}")
			if res.State != c.state || res.Attempts("example") != c.attempts {
				t.Errorf("%s after %d attempts: %v", res.State, res.Attempts("example"), res.Err)
			}
			seen := server.Requests()
			if len(seen) != c.attempts {
				t.Errorf("the server saw %d attempts", len(seen))
			}
			for _, s := range seen {
				if s.Header.Get("Idempotency-Key") != "01run/example" || s.Body != `{"a":1}` {
					t.Errorf("an attempt came with key %q and body %q", s.Header.Get("Idempotency-Key"), s.Body)
				}
			}
		})
	}
}

func TestHTTPKeepsRetryAfter(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if err := actiontest.New(t).MustFail("http", "url = \""+server.URL+"\"", "{}"); err.RetryAfter != 7*time.Second {
		t.Errorf("the error asks to wait %s", err.RetryAfter)
	}
}

// failing is one way in which a request gets no answer.
type failing struct {
	name    string
	handler http.HandlerFunc
	url     string // instead of the handler's
	hcl     string
	egress  []string

	class   flow.Class
	reason  string
	remote  bool
	message string
}

func failures() []failing {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	return []failing{
		{
			name: "time-out", handler: hang, hcl: "timeout = \"20ms\"",
			class: flow.Transient, reason: flow.ReasonTimeout, remote: true, message: "no complete answer within the time limit",
		},
		{
			name: "nobody listens", url: "http://127.0.0.1:1",
			class: flow.Transient, reason: flow.ReasonConnect, remote: true, message: "connection refused",
		},
		{
			name: "refused", url: "http://127.0.0.1:1", egress: []string{"10.0.0.0/8"},
			class: flow.Denied, message: "egress { allow = [",
		},
		{
			name: "a metadata address", url: "http://169.254.169.254", egress: []string{"127.0.0.1"},
			class: flow.Denied, message: "169.254.169.254",
		},
		{
			name: "too large", hcl: "max_response = \"1KiB\"",
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1025)) },
			class:   flow.Permanent, remote: true, message: "larger than its limit of 1KiB",
		},
		{
			name: "a bomb", hcl: "max_response = \"64KiB\"",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				z := gzip.NewWriter(w)
				for range 4 {
					_, _ = z.Write(make([]byte, 1<<20))
				}
				_ = z.Close()
			},
			class: flow.Permanent, remote: true, message: "larger than its limit of 64KiB",
		},
		{
			name:    "redirects without end",
			handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/T0PSECRET", http.StatusFound) },
			class:   flow.Permanent, remote: true, message: "more than 5 redirects",
		},
		{
			name: "no HTTP",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_, _ = conn.Write([]byte("T0PSECRET\r\n\r\n"))
					_ = conn.Close()
				}
			},
			class: flow.Permanent, remote: true, message: "not valid HTTP",
		},
		{
			name:    "a status that says all",
			handler: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "T0PSECRET", http.StatusForbidden) },
			class:   flow.Permanent, remote: true, message: "answered 403 Forbidden",
		},
		{
			name: "a URL that can't be called", url: "http://127.0.0.1:99999",
			class: flow.Invalid, message: "port",
		},
	}
}

// TestHTTPFailures also checks that no error repeats parts of a URL, a header
// or a response.
func TestHTTPFailures(t *testing.T) {
	t.Parallel()
	for _, c := range failures() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			if c.egress != nil {
				b.Egress = c.egress
			}
			if c.handler != nil {
				c.url = actiontest.Serve(t, c.handler).URL
			}
			err := b.MustFail("http", fmt.Sprintf("url = \"%s/T0PSECRET/${webhook.body}?q=T0PSECRET\"\nheaders = { Authorization = \"T0PSECRET\" }\nquery = { T0PSECRET = \"T0PSECRET\" }\n%s", c.url, c.hcl), `"T0PSECRET"`)
			if err.Class != c.class || err.Reason != c.reason || err.Remote != c.remote || !strings.Contains(err.Message, c.message) {
				t.Errorf("%s, reason %q, remote %v: %q", err.Class, err.Reason, err.Remote, err.Message)
			}
			if err.Action != "example" || err.Range.Filename == "" {
				t.Errorf("the error is not placed: action %q at %s", err.Action, err.Range)
			}
			for e := error(err); e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), "T0PSECRET") {
					t.Errorf("%T repeats what is secret: %s", e, e)
				}
			}
		})
	}
}

// TestHTTPSecretURLs: of a URL that is a secret not even the server shows, nor
// does it where the action is sensitive or the connection's URL is secret.
func TestHTTPSecretURLs(t *testing.T) {
	t.Parallel()
	for _, c := range failures() {
		if c.handler == nil || c.class == flow.Invalid || strings.HasPrefix(c.message, "answered") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			server := actiontest.Serve(t, c.handler)
			b.Secrets["url"] = server.URL
			b.Connections["secret"] = "base_url = secret.url"
			host := strings.TrimPrefix(server.URL, "http://")
			for _, hcl := range []string{
				"url = secret.url", "url = \"${secret.url}/x\"", "url = \"" + server.URL + "\"\nsensitive = true", "connection = connection.http.secret",
			} {
				err := b.MustFail("http", hcl+"\n"+c.hcl, "{}")
				if err.Class != c.class || err.Reason != c.reason || !strings.Contains(err.Message, "hidden") {
					t.Errorf("%s: %s, reason %q: %q", hcl, err.Class, err.Reason, err.Message)
				}
				for e := error(err); e != nil; e = errors.Unwrap(e) {
					if strings.Contains(e.Error(), host) {
						t.Errorf("%s: %T names the server: %s", hcl, e, e)
					}
				}
			}
		})
	}
}

func TestHTTPCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := actiontest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	b := actiontest.New(t)
	res := b.Run(ctx, b.MustCompile(actiontest.Action("http", "url = \""+server.URL+"\"\nretry {}")), "{}")
	if res.Err == nil || res.Err.Class != flow.Transient || res.Err.Remote || res.Attempts("example") != 1 {
		t.Errorf("%d attempts and error %+v", res.Attempts("example"), res.Err)
	}
}
