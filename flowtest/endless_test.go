package flowtest_test

import "testing"

// TestEndlessLoop: a loop that never ends by itself ends by its limit.
func TestEndlessLoop(t *testing.T) {
	t.Parallel()
	const turning = `
flow "turning" {
  trigger "webhook" { path = "/turning" }
  action "loop" "forever" {
    while = true
    action "log" "say" { message = "again" }
  }
}
`
	fails(t, turning, "test \"x\" {\n flow = \"turning\"\nrequest {}\nexpect { run = \"succeeded\" }\n}\n", "it is failed: forever: ")
}
