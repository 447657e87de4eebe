package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/config/load"
)

const versionedFlows = `
locals {
  base  = "https://example.com"
  url   = "${local.base}/orders"
  other = 1
}
secret "token" { env = "API_TOKEN" }
secret "spare" { env = "WORD" }
connection "http" "shop" {
  base_url = "https://shop.example.com"
  headers  = { Token = secret.token }
}
flow "called" {
  trigger "flow" {}
  action "log" "note" { message = "called" }
}
flow "apart" {
  trigger "webhook" {}
  action "log" "note" { message = "apart" }
}
flow "orders" {
  trigger "webhook" {}
  # sends the order
  action "http" "send" {
    url  = local.url
    body = file("body.txt")
  }
  action "http" "ask" {
    connection = connection.http.shop
    url        = "/ask"
  }
  action "flow" "call" { flow = "called" }
}
`

// TestVersion: the version of a flow changes with its source and with that of what
// it names, and with nothing else.
func TestVersion(t *testing.T) {
	t.Parallel()
	versionOf := func(t *testing.T, text, body string) string {
		t.Helper()
		c := mustLoad(t, options(fstest.MapFS{"flows/a.hcl": {Data: []byte(text)}, "flows/body.txt": {Data: []byte(body)}}, "flows"))
		for _, f := range c.Flows {
			if f.Name == "orders" {
				return f.Version
			}
		}
		t.Fatal("there is no flow orders")
		return ""
	}
	was := versionOf(t, versionedFlows, "a")
	if len(was) != 8 {
		t.Errorf("version %q", was)
	}
	if was == versionOf(t, versionedFlows, "b") {
		t.Error("a file of the flow does not change its version")
	}
	for _, c := range []struct {
		name, old, edited string
		changes           bool
	}{
		{"an action", `url        = "/ask"`, `url        = "/asked"`, true},
		{"the name of an action", `"ask" {`, `"query" {`, true},
		{"a local", `${local.base}/orders`, `${local.base}/order`, true},
		{"a local of a local", `https://example.com`, `https://example.org`, true},
		{"a connection", `https://shop.example.com`, `https://shop.example.org`, true},
		{"the secret of a connection", `"API_TOKEN"`, `"API_URL"`, true},
		{"a called flow", `"called" }`, `"was called" }`, true},
		{"another local", `other = 1`, `other = 2`, false},
		{"another secret", `"WORD"`, `"LIST"`, false},
		{"another flow", `"apart" }`, `"far apart" }`, false},
		{"a comment", `# sends the order`, `# sends it`, false},
		{"no comment", "  # sends the order\n", "\n\n", false},
		{"spaces", `url        = "/ask"`, `url = "/ask" // asks`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(versionedFlows, c.old, c.edited, 1)
			if edited == versionedFlows {
				t.Fatalf("the flows have no %q", c.old)
			}
			if now := versionOf(t, edited, "a"); (now != was) != c.changes {
				t.Errorf("the version was %s and is %s", was, now)
			}
		})
	}
}

// TestVersionOfBrokenFiles: files with errors have no versions, and no panic.
func TestVersionOfBrokenFiles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`locals { a = local.a }`, `connection "http" {}`, `secret {}`, `flow {}`, `flow "f" {}`} {
		if _, diags := load.Files(options(fstest.MapFS{"a.hcl": {Data: []byte(text)}}, "a.hcl")); !diags.HasErrors() {
			t.Errorf("%s has no errors", text)
		}
	}
}
