package command_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// keyedFlow has keys that stand in no part of its requests.
const keyedFlow = `
flow "keyed" {
  trigger "webhook" {
    path     = "/keyed"
    order_by = "customer-keytext-${webhook.body.n}"
    dedupe {
      key = "delivery-keytext-${webhook.body.n}"
    }
  }
  action "log" "say" {
    message = "number ${webhook.body.n}"
  }
}
`

// TestKeysAreHashed looks for the keys of runs in everything that a gateway
// writes and shows. It finds a run by its order key, and recognizes a repeated
// request after a restart.
func TestKeysAreHashed(t *testing.T) {
	t.Parallel()
	s := newSite(t, keyedFlow, "--log-level", "debug")
	s.secret = "keytext-7"
	p := s.start(t)
	first := post(t, p, "/keyed", `{"n": 7}`)
	p.stop()
	p = s.start(t)
	again := post(t, p, "/keyed", `{"n": 7}`)
	other := post(t, p, "/keyed", `{"n": 8}`)
	id, key := first.Get("Gateway-Run"), ""
	if id == "" || again.Get("Gateway-Run") != id || again.Get("Gateway-Replayed") != "true" || other.Get("Gateway-Run") == id {
		t.Errorf("the requests got the headers %v, %v and %v", first, again, other)
	}
	shown := ask(t, "http://"+p.admin+"/api/v1/runs/"+id, "")
	var detail ops.RunDetail
	if err := json.Unmarshal([]byte(shown.body), &detail); err != nil {
		t.Fatal(err)
	}
	if key = detail.OrderKey; !strings.HasPrefix(key, "hmac:") {
		t.Errorf("the order key is shown as %q", key)
	}
	for _, text := range []string{"customer-keytext-7", key} {
		list := ask(t, "http://"+p.admin+"/api/v1/runs?text="+text, "")
		if n := strings.Count(list.body, `"id":`); n != 1 || !strings.Contains(list.body, id) {
			t.Errorf("%d runs were found by %q:\n%s", n, text, list.body)
		}
	}
	pages := shown.body + adminPages(t, p)
	p.stop()
	if strings.Contains(pages, "keytext") || p.lines.leaked {
		t.Errorf("a key is shown:\n%s\n%s", pages, p.lines)
	}
	checkFiles(t, s.data, "keytext")
}

// post sends JSON to a gateway, and returns the headers of the answer.
func post(t *testing.T, p *process, path, body string) http.Header {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode >= http.StatusMultipleChoices {
		t.Fatal(res.StatusCode, err)
	}
	return res.Header
}

// checkFiles checks that no file of a folder contains a text.
func checkFiles(t *testing.T, dir, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("%s contains %q", name, text)
		}
	}
}

// TestOtherKey starts a gateway with another key than before.
func TestOtherKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, keyedFlow)
	s.start(t).stop()
	s.env = []string{"GATEWAY_KEY=another-key-than-before"}
	text := s.fail(t)
	for _, want := range []string{"the store was written with another GATEWAY_KEY", filepath.Join(s.data, "key"), "--new-key"} {
		if !strings.Contains(text, want) {
			t.Errorf("the gateway does not say %q:\n%s", want, text)
		}
	}
	s.args = []string{"--new-key"}
	s.start(t).stop()
	s.args = nil
	s.start(t).stop()
}
