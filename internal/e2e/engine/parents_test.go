package engine_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// familyFlows start other flows in each way in which a run can.
const familyFlows = `
flow "order" {
  trigger "webhook" { path = "/order" }
  action "flow" "later" {
    flow = "called"
    wait = false
  }
  action "tag" "mark" {
    contact = "ada@example.com"
    add     = ["customer"]
  }
  action "stop" "s" {
    status  = "failed"
    message = "no stock"
  }
}
flow "called" {
  trigger "flow" {}
  action "log" "l" { message = "called" }
}
flow "tagged" {
  trigger "tag" { tag = "customer" }
  action "log" "l" { message = "tagged" }
}
flow "alert" {
  trigger "failure" { flows = ["order"] }
  action "log" "l" { message = "alert" }
}`

// TestParents: a run that a run started knows it: by action "flow", by a tag, and by
// its failure.
func TestParents(t *testing.T) {
	t.Parallel()
	d := newDurable(t, familyFlows)
	parent := d.accept("/order", `{}`)
	d.await(parent, store.Failed)
	for _, name := range []string{"called", "tagged", "alert"} {
		d.awaitRuns(name, map[store.State]int{store.Succeeded: 1})
		page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}, Parent: parent}})
		if err != nil || len(page.Runs) != 1 {
			t.Fatalf("%s: %v %v", name, page.Runs, err)
		}
		if run, err := d.store.Get(t.Context(), page.Runs[0].ID); err != nil || run.Parent != parent {
			t.Errorf("%s: %+v %v", name, run, err)
		}
	}
}
