package flowtest_test

import "testing"

const echo = `
flow "echo" {
  trigger "webhook" {
    path = "/echo"
    mode = "sync"
  }
  action "respond" "same" { json = webhook.body }
}
`

// TestEqualNumbersAreEqual: a response has the digits of the sender.
func TestEqualNumbersAreEqual(t *testing.T) {
	t.Parallel()
	passes(t, echo, `
test "same" {
  flow = "echo"
  request { json = "{\"a\": 12.50, \"b\": 1e3, \"c\": [1.0, -0.10], \"d\": 12345678901234567890, \"e\": 1e400}" }
  expect { json = { a = 12.5, b = 1000, c = [1, -0.1], d = 12345678901234567890, e = 1e400 } }
}`)
	fails(t, echo, `
test "other" {
  flow = "echo"
  request { json = "{\"a\": 12.50, \"b\": 12345678901234567890}" }
  expect { json = { a = 12.5, b = 12345678901234567891 } }
}`, `-  "b": 12345678901234567891`, `+  "b": 12345678901234567890`)
}
