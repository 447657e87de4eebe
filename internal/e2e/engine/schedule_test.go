package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// A running gateway starts the flows of schedules.
func TestScheduleRuns(t *testing.T) {
	t.Parallel()
	d := newStopped(t)
	d.clock.forward(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute - time.Second))) // the next tick is soon
	began := d.clock.Now()
	d.write(`
flow "minutely" {
  trigger "schedule" { cron = "* * * * *" }
  action "http" "tick" {
    url  = "OUT/tick"
    json = { at = schedule.time }
  }
}`)
	d.start()
	// A tick that is less than a minute late starts a run at the start.
	d.changed.Await(d.t, "a tick", func() bool { return d.outside.count("/tick") > 0 })
	at, err := time.Parse(time.RFC3339, strings.Trim(strings.TrimPrefix(d.variables("minutely"), `{"schedule":{"time":`), `"}`))
	if err != nil || at.Second() != 0 || at.Before(began.Truncate(time.Minute)) || at.After(d.clock.Now()) {
		t.Errorf("ran for %s (%v)", at, err)
	}
}

func (d *durable) variables(name string) string {
	d.t.Helper()
	page, err := d.store.List(d.t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 1})
	if err != nil || len(page.Runs) == 0 {
		d.t.Fatalf("%d runs (%v)", len(page.Runs), err)
	}
	run, err := d.store.Get(d.t.Context(), page.Runs[0].ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(run.Variables)
}
