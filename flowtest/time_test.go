package flowtest_test

import "testing"

// waiting is a flow that waits, and one that tries again.
const waiting = `
flow "waiting" {
  trigger "webhook" {
    path = "/waiting"
    dedupe {
      key = webhook.body.id
      ttl = "1h"
    }
  }
  action "delay" "pause" { for = "6h" }
  action "http" "tell" { url = "https://tell.example.com/" }
}
flow "trying" {
  trigger "webhook" { path = "/trying" }
  retry {
    attempts = 3
    initial  = "1h"
    max      = "1h"
  }
  action "http" "first" { url = "https://first.example.com/" }
  action "http" "second" {
    url = "https://second.example.com/"
    retry {
      attempts = 2
      initial  = "10m"
      max      = "10m"
    }
  }
  on_error {
    action "log" "given_up" { message = "${error.action}: ${error.message}" }
  }
}
flow "slow" {
  trigger "webhook" {
    path    = "/slow"
    mode    = "sync"
    timeout = "2m"
  }
  action "http" "ask" {
    url     = "https://slow.example.com/"
    timeout = "1m"
  }
  action "respond" "answer" { json = { got = action.ask.status } }
}
`

func TestTimePasses(t *testing.T) {
	t.Parallel()
	passes(t, waiting, `
test "the delay takes no time" {
  flow = "waiting"
  now  = "2026-03-01T10:00:00Z"
  request { json = { id = 1 } }
  mock "tell" {}
  expect {
    run     = "succeeded"
    actions = ["pause", "tell"]
  }
  assert { condition = calls.tell[0].at == "2026-03-01T16:00:00Z" }
}
test "the same request again is a replay, and a new one an hour later" {
  flow = "waiting"
  request "first" { json = { id = 1 } }
  request "again" {
    advance = "59m59s"
    json    = { id = 1 }
    expect {
      status  = 200
      headers = { Gateway-Replayed = "true" }
    }
  }
  request "later" {
    advance = "2s"
    json    = { id = 1 }
    expect { headers = { Gateway-Replayed = null } }
  }
  mock "tell" {}
  expect {
    runs    = 2
    actions = ["pause", "tell", "pause", "tell"]
  }
}
test "it tries again" {
  flow = "trying"
  now  = "2026-03-01T10:00:00Z"
  request {}
  mock "first" { json = { n = call.number } }
  mock "second" { status = 503 }
  mock "second" {
    error { class = "transient" }
  }
  mock "second" { status = 200 }
  expect {
    run      = "succeeded"
    actions  = ["first", "second"]
    attempts = {
      first  = 1
      second = 3
    }
  }
  assert { condition = length(calls.first) == 1 && length(calls.second) == 3 }
  assert { condition = calls.second[0].key == calls.second[2].key }
  assert { condition = timecmp(calls.second[1].at, timeadd(calls.second[0].at, "15m")) < 0 }
}
test "it gives up" {
  flow = "trying"
  request {}
  mock "first" {}
  mock "second" { status = 500 }
  expect {
    run     = "failed"
    actions = ["first", "second", "given_up"]
    attempts = { second = 6 }
  }
  assert { condition = run.error.action == "second" }
  assert { condition = input.given_up.message == "second: https://second.example.com: answered 500 Internal Server Error" }
}
test "a slow answer" {
  flow = "slow"
  request {}
  mock "ask" {
    takes  = "59s"
    status = 204
  }
  expect {
    status = 200
    json   = { got = 204 }
  }
}
test "too slow an answer" {
  flow = "slow"
  request {}
  mock "ask" { takes = "61s" }
  expect {
    status = 504
    run    = "failed"
  }
}
`)
}

const starters = `
flow "nightly" {
  trigger "schedule" {
    cron     = "0 7 * * MON-FRI"
    timezone = "Europe/Berlin"
  }
  action "http" "sync" {
    url  = "https://sync.example.com/"
    json = { at = schedule.time }
  }
}
flow "bought" {
  trigger "tag" {
    tag      = "bought"
    throttle = "6h"
  }
  action "http" "crm" {
    url  = "https://crm.example.com/"
    json = { email = contact.email, name = contact.fields.name }
  }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com/offer"
    tag      = "bought"
  }
  action "log" "seen" { message = contact.email }
}
flow "called" {
  trigger "flow" {
    variable "email" { type = string }
  }
  action "stop" "done" { output = { to = input.email } }
}
flow "calling" {
  trigger "webhook" { path = "/calling" }
  action "flow" "inner" {
    flow  = "called"
    input = { email = webhook.body.email }
  }
}
`

func TestStarters(t *testing.T) {
	t.Parallel()
	passes(t, starters, `
test "it ticks on Monday" {
  flow = "nightly"
  now  = "2026-03-06T10:00:00Z"
  tick {}
  tick "tuesday" { at = "2026-03-10T06:00:00Z" }
  mock "sync" {}
  expect {
    runs = 2
    run  = "succeeded"
  }
  assert { condition = calls.sync[0].input.json.at == "2026-03-09T07:00:00+01:00" }
  assert { condition = calls.sync[1].input.json.at == "2026-03-10T07:00:00+01:00" }
}
test "a contact buys twice" {
  flow = "bought"
  tag {
    contact = {
      email  = "jane@example.com"
      fields = { name = "Jane" }
    }
    expect { run = "succeeded" }
  }
  mock "crm" {}
  expect { actions = ["crm"] }
  assert { condition = input.crm.json == { email = "jane@example.com", name = "Jane" } }
}
test "a contact clicks" {
  flow = "offer"
  link { contact = "jane@example.com" }
  mock "crm" {}
  expect {
    status  = 302
    headers = { Location = "https://shop.example.com/offer" }
    run     = "succeeded"
    actions = ["seen"]
  }
}
test "a mail program presses the button" {
  flow = "offer"
  link {
    contact = "jane@example.com"
    method  = "POST"
  }
  mock "crm" {}
  expect {
    status = 200
    run    = "succeeded"
  }
}
test "it is called" {
  flow = "called"
  call { input = { email = "jane@example.com" } }
  expect { run = "succeeded" }
  assert { condition = run.output.to == "jane@example.com" }
}
test "it calls" {
  flow = "calling"
  request { json = { email = "jane@example.com" } }
  expect {
    run     = "succeeded"
    actions = ["done", "inner"]
  }
  assert { condition = action.inner.to == "jane@example.com" }
}
`)
}

const paying = `
flow "paying" {
  trigger "webhook" { path = "/paying" }
  action "transform" "sum" { jq = ".a + .b" }
  action "http" "charge" {
    url  = "https://pay.example.com/"
    json = { sum = action.sum.value }
  }
  action "http" "mail" { url = "https://mail.example.com/" }
  action "log" "done" { message = "paid" }
}
flow "sync" {
  trigger "webhook" {
    path = "/sync"
    mode = "sync"
  }
  action "http" "charge" { url = "https://pay.example.com/" }
  action "respond" "answer" { json = {} }
}
flow "detached" {
  trigger "webhook" {
    path = "/detached"
    mode = "sync"
  }
  action "respond" "answer" {
    json = { taken = true }
    then = "continue"
  }
  action "http" "charge" { url = "https://pay.example.com/" }
  action "http" "mail" { url = "https://mail.example.com/" }
}
`

func TestCrash(t *testing.T) {
	t.Parallel()
	const request = "request {\n    json = {\n      a = 1\n      b = 2\n    }\n  }\n  mock \"charge\" { json = { id = \"c\" } }\n  mock \"mail\" {}\n"
	passes(t, paying, `
test "after the charge" {
  flow = "paying"
  now  = "2026-03-01T10:00:00Z"
  `+request+`
  crash { after = "charge" }
  expect {
    run     = "succeeded"
    actions = ["sum", "charge", "mail", "done"]
    attempts = { charge = 1 }
  }
  assert { condition = length(calls.charge) == 1 && length(calls.mail) == 1 }
  assert { condition = timecmp(calls.mail[0].at, "2026-03-01T10:00:30Z") > 0 }
}
test "during the charge" {
  flow = "paying"
  `+request+`
  crash { during = "charge" }
  expect {
    run     = "succeeded"
    actions = ["sum", "charge", "mail", "done"]
  }
  assert { condition = length(calls.charge) == 2 && length(calls.mail) == 1 }
  assert { condition = calls.charge[0].key == calls.charge[1].key }
}
test "after the last effect" {
  flow = "paying"
  `+request+`
  crash { after = "mail" }
  expect { run = "succeeded" }
  assert { condition = length(calls.mail) == 1 }
}
test "during the last effect" {
  flow = "paying"
  `+request+`
  crash { during = "mail" }
  expect { run = "succeeded" }
  assert { condition = length(calls.charge) == 1 && length(calls.mail) == 2 }
}
test "a sync caller gets nothing" {
  flow = "sync"
  request {}
  mock "charge" {}
  crash { during = "charge" }
  expect { run = "none" }
}
`)
	passes(t, paying, `
test "a sync caller has its answer, and the run goes on after the charge" {
  flow = "detached"
  request {}
  mock "charge" {}
  mock "mail" {}
  crash { after = "charge" }
  expect {
    status  = 200
    json    = { taken = true }
    run     = "succeeded"
    actions = ["answer", "charge", "mail"]
  }
  assert { condition = length(calls.charge) == 1 && length(calls.mail) == 1 }
}
test "a sync caller has its answer, and the charge is repeated" {
  flow = "detached"
  request {}
  mock "charge" {}
  mock "mail" {}
  crash { during = "charge" }
  expect {
    status = 200
    run    = "succeeded"
  }
  assert { condition = length(calls.charge) == 2 && calls.charge[0].key == calls.charge[1].key }
}
test "the gateway dies right after the answer" {
  flow = "detached"
  request {}
  mock "charge" {}
  mock "mail" {}
  crash { after = "answer" }
  expect {
    run     = "succeeded"
    actions = ["answer", "charge", "mail"]
  }
  assert { condition = length(calls.charge) == 1 && length(calls.mail) == 1 }
}
`)
	fails(t, paying, "test \"x\" {\n flow = \"sync\"\nrequest {}\ncrash { after = \"charge\" }\n expect { status = 200 }\n}\n", "The crash did not come")
}

// TestLongTime: a month between two requests costs as little as a second.
func TestLongTime(t *testing.T) {
	t.Parallel()
	passes(t, waiting, `
test "months" {
  flow = "waiting"
  request { json = { id = 1 } }
  request {
    advance = "7200h"
    json    = { id = 2 }
  }
  mock "tell" {}
  expect { runs = 2 }
}
`)
}
