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

// TestEndlessRetry: a run that is tried again for too long is reported with the error
// of its last attempt.
func TestEndlessRetry(t *testing.T) {
	t.Parallel()
	const trying = `
flow "trying" {
  trigger "webhook" { path = "/trying" }
  retry {
    attempts = 100
    initial  = "1000h"
    max      = "10000h"
  }
  action "http" "send" { url = "https://example.com/" }
}
`
	fails(t, trying, "test \"x\" {\n flow = \"trying\"\nrequest {}\nmock \"send\" { status = 503 }\nexpect { run = \"succeeded\" }\n}\n",
		`After 400 days a run of flow "trying" is still waiting. Its last attempt failed: https://example.com: answered 503 Service Unavailable.`)
}
