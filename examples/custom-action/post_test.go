package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// runPost posts "hello" to a URL on a gateway with an egress.
func runPost(t *testing.T, url string, egress ...string) flow.Outcome {
	t.Helper()
	c, err := loadFlow(t, `flow "notes" {`+trigger+`
  action "post" "note" {
    url  = "`+url+`"
    text = "hello"
  }
  action "stop" "end" {
    output = action.note.status
  }
}
`)
	if err != nil {
		t.Fatal(err)
	}
	var pool flow.Pool
	lease := pool.Lease(flow.Settings{Egress: egress})
	defer lease.Close()
	if err := c.Flows[0].Actions[0].Action.(flow.Opener).Open(lease); err != nil {
		t.Fatal(err)
	}
	return flow.Execute(t.Context(), &flow.Run{ID: "r", Flow: c.Flows[0]})
}

func TestPost(t *testing.T) {
	t.Parallel()
	var body, key string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body, key = string(text), r.Header.Get("Idempotency-Key")
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(server.Close)
	out := runPost(t, server.URL, "127.0.0.1")
	if out.Err != nil || out.Output != http.StatusAccepted || body != "hello" || key != "r/note" {
		t.Errorf("outcome %+v after the body %q with the key %q", out, body, key)
	}
}

func TestPostIsGuarded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request reached an address that egress does not allow")
	}))
	t.Cleanup(server.Close)
	if out := runPost(t, server.URL); out.Err == nil || out.Err.Class != flow.Denied {
		t.Errorf("outcome %+v, want an error of the class %q", out, flow.Denied)
	}
}

func TestPostFails(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]flow.Class{http.StatusNotFound: flow.Permanent, http.StatusServiceUnavailable: flow.Transient} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		if out := runPost(t, server.URL, "127.0.0.1"); out.Err == nil || out.Err.Class != class {
			t.Errorf("status %d: outcome %+v, want an error of the class %q", status, out, class)
		}
	}
}
