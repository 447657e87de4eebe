package flowtest_test

import "testing"

const concurrent = `
flow "concurrent" {
  trigger "webhook" { path = "/concurrent" }
  action "parallel" "both" {
    action "loop" "each" {
      for_each = ["slow", "quick"]
      max      = 2
      action "http" "look" { url = "https://one.example.com/${each.value}" }
      action "log" "slow" {
        when    = each.value == "slow"
        message = "slow"
      }
    }
    action "http" "last" { url = "https://two.example.com" }
  }
}
`

// TestOrderOfConcurrentActions: how long answers take does not change the order of
// actions inside of a parallel and a loop.
func TestOrderOfConcurrentActions(t *testing.T) {
	t.Parallel()
	passes(t, concurrent, `
test "order" {
  flow = "concurrent"
  request {}
  mock "look" {
    when  = each.value == "slow"
    takes = "20s"
  }
  mock "look" {}
  mock "last" { takes = "5s" }
  expect {
    run     = "succeeded"
    actions = ["look", "slow", "look", "last"]
    skipped = ["slow"]
  }
}`)
}
