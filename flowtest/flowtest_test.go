package flowtest_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/triggers"
)

// run runs the tests of a flow file and a test file.
func run(t *testing.T, flows, tests string, set ...func(*flowtest.Options)) *flowtest.Report {
	t.Helper()
	o := options(flows, tests)
	for _, f := range set {
		f(&o)
	}
	r, diags := flowtest.Run(t.Context(), o)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return r
}

func options(flows, tests string) flowtest.Options {
	return flowtest.Options{
		FS:    fstest.MapFS{"flows/main.hcl": {Data: []byte(flows)}, "flows/main.test.hcl": {Data: []byte(tests)}},
		Paths: []load.Path{{Dir: "flows"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	}
}

// passes requires that all tests pass.
func passes(t *testing.T, flows, tests string) {
	t.Helper()
	r := run(t, flows, tests)
	if r.Failed() > 0 || len(r.Results) == 0 {
		t.Error(textOf(t, r))
	}
}

// fails requires that the tests fail, and that the report has the words.
func fails(t *testing.T, flows, tests string, words ...string) {
	t.Helper()
	r := run(t, flows, tests)
	text := textOf(t, r)
	if r.Failed() == 0 {
		t.Errorf("no test failed:\n%s", text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the report does not say %q:\n%s", w, text)
		}
	}
}

func textOptions() flowtest.TextOptions { return flowtest.TextOptions{} }

func textOf(t *testing.T, r *flowtest.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteText(&out, textOptions()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const orders = `
secret "shop" { env = "SHOP" }
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    auth "basic" {
      username = "shop"
      password = secret.shop
    }
    variable "id" { type = string }
    variable "qty" {
      type = number
      min  = 1
    }
    response {
      status = 202
      json   = { accepted = webhook.id }
    }
  }
  action "http" "stock" {
    url  = "https://stock.example.com/${webhook.id}"
    json = { qty = webhook.qty * 2 }
  }
  action "log" "done" { message = "order ${webhook.id}: ${action.stock.body.left} left" }
}
`

func TestPasses(t *testing.T) {
	t.Parallel()
	passes(t, orders, `
test "an order" {
  flow = "orders"
  request {
    json = {
      id  = "A/1"
      qty = 2
    }
  }
  mock "stock" { json = { left = 3 } }
  expect {
    status   = 202
    json     = { accepted = "A/1" }
    run      = "succeeded"
    actions  = ["stock", "done"]
    attempts = { stock = 1 }
  }
  assert { condition = input.stock.json.qty == 4 }
  assert { condition = input.done.message == "order A/1: 3 left" }
  assert { condition = length(calls.stock) == 1 }
}
test "no credentials" {
  flow = "orders"
  request { signed = false }
  expect {
    status = 401
    run    = "refused"
    runs   = 0
  }
}
test "two faults" {
  flow = "orders"
  request { json = { qty = 0 } }
  expect { status = 422 }
  assert { condition = length(response.body.errors) == 2 }
}
`)
}

func TestFails(t *testing.T) {
	t.Parallel()
	const request = "request {\n json = {\n id = \"A\"\n qty = 2\n }\n}\n"
	cases := []struct {
		name, test string
		words      []string
	}{
		{"no mock", request + `expect { run = "succeeded" }`, []string{"Action without a mock", `mock "stock" {`, "The action is at flows/main.hcl line 20."}},
		{"status", request + "mock \"stock\" { json = { left = 3 } }\nexpect { status = 200 }", []string{"The caller should get 200, and gets 202."}},
		{"run", request + "mock \"stock\" { status = 404 }\nexpect { run = \"succeeded\" }", []string{"It should be succeeded, and it is failed: stock: https://stock.example.com: answered 404 Not Found."}},
		{"order", request + "mock \"stock\" { json = { left = 3 } }\nexpect { actions = [\"done\", \"stock\"] }", []string{"  +stock\n   done\n  -stock"}},
		{"condition", request + "mock \"stock\" { json = { left = 3 } }\nassert {\n condition = input.stock.json.qty == action.stock.body.left\n message = \"the stock is used up\"\n}", []string{"the stock is used up", "input.stock.json.qty is 4", "action.stock.body.left is 3"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fails(t, orders, "test \"x\" {\n flow = \"orders\"\n"+c.test+"\n}\n", c.words...)
		})
	}
}
