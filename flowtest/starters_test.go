package flowtest_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flowtest"
)

const started = `
flow "nightly" {
  trigger "schedule" { cron = "0 3 * * *" }
  action "log" "done" { message = formatdate("hh:mm", schedule.time) }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com/offer"
  }
  action "log" "mail" {
    when    = link.query.utm == "mail"
    message = "${link.user_agent} ${link.remote_ip}"
  }
}
`

func TestScheduleByHandAndClicksWithQueries(t *testing.T) {
	t.Parallel()
	passes(t, started, `
test "by hand" {
  flow = "nightly"
  tick { manual = true }
  tick {
    advance = "5m"
    manual  = true
  }
  tick {}
  expect { runs = 3 }
  assert { condition = input.done.message == "03:00" }
}
test "a click in a mail" {
  flow = "offer"
  link {
    contact        = "jane@example.com"
    query          = { utm = "mail" }
    headers        = { User-Agent = "UA/1" }
    remote_address = "2001:db8::1"
  }
  expect {
    status  = 302
    actions = ["mail"]
  }
  assert { condition = input.mail.message == "UA/1 2001:db8::1" }
}
`)
}

func TestTicksHaveOneTime(t *testing.T) {
	t.Parallel()
	_, diags := flowtest.Run(t.Context(), options(started, `
test "both" {
  flow = "nightly"
  tick {
    at     = "2026-03-03T03:00:00Z"
    manual = true
  }
  expect { run = "succeeded" }
}`))
	if !strings.Contains(diags.Error(), "With manual = true the flow starts now") {
		t.Errorf("findings: %v", diags)
	}
}
