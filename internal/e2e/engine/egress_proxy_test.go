package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestEgressProxy: an action reaches its target through the proxy of the gateway
// block, and a name of a private network only if it is allowed.
func TestEgressProxy(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "proxied "+r.RequestURI)
	}))
	t.Cleanup(proxy.Close)
	d := newDurable(t, strings.ReplaceAll(`
gateway {
  egress {
    proxy = "PROXY"
    allow = ["stock.internal:80"]
  }
}
flow "ask" {
  trigger "webhook" {
    path = "/ask"
    mode = "sync"
  }
  action "http" "get" {
    method = "GET"
    url    = webhook.body.url
  }
  action "respond" "ok" { body = action.get.text }
}`, "PROXY", proxy.URL))
	for host, want := range map[string]int{"shop.example.com": 200, "stock.internal": 200, "crm.internal": 500, "10.1.2.3": 500} {
		got := d.post("/ask", `{"url": "http://`+host+`/a"}`)
		if got.status != want || want == 200 && got.body != "proxied http://"+host+"/a" {
			t.Errorf("%s: %d %s, want %d", host, got.status, got.body, want)
		}
	}
}
