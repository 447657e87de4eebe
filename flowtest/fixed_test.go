package flowtest_test

import (
	"strings"
	"testing"
)

// TestFixedIDs: a test sees the same ids each time.
func TestFixedIDs(t *testing.T) {
	t.Parallel()
	fails(t, orders, `
test "x" {
  flow = "orders"
  request { signed = false }
  assert { condition = run.id == "another" }
}
`, `run.id is "06eavzc9000000000000000004"`)
}

const patient = `
flow "patient" {
  trigger "webhook" { path = "/patient" }
  retry {
    attempts = 2
    initial  = "1h"
    max      = "1h"
  }
  action "http" "ask" {
    url = "https://ask.example.com/"
    retry {
      attempts = 2
      initial  = "10m"
      max      = "10m"
    }
  }
}
`

// TestFixedWaits: the random waits between attempts of actions and of runs are the
// same each time, and others in another test.
func TestFixedWaits(t *testing.T) {
	t.Parallel()
	waits := func(name string) string {
		r := run(t, patient, `
test "`+name+`" {
  flow = "patient"
  request {}
  mock "ask" { status = 500 }
  assert { condition = join(" ", [for c in calls.ask : c.at]) == "" }
}
`)
		_, diff, found := strings.Cut(textOf(t, r), "+++ got")
		diff, _, _ = strings.Cut(diff, "The action is at")
		if !found || strings.Count(diff, "T1") < 4 {
			t.Fatalf("no times of four calls in: %s", textOf(t, r))
		}
		return diff
	}
	first := waits("a")
	if again := waits("a"); again != first {
		t.Errorf("waits\n%s\nand the next time\n%s", first, again)
	}
	if waits("b") == first {
		t.Error("another test has the same waits")
	}
}
