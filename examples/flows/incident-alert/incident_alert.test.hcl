# An alert reaches the team, or the monitoring learns that it did not.

test "firing alerts reach the team, with a line for each" {
  flow = "incident_alert"
  request { json = file("samples/alert.json") }
  mock "inbox" { json = { ticket = "INC-1" } }
  expect {
    status  = 202
    json    = { passed_on = true, ticket = "INC-1" }
    run     = "succeeded"
    actions = ["message", "inbox", "passed_on"]
  }
  assert {
    condition = input.inbox.json == {
      text     = "FIRING: 2 alert(s) on checkout, orders-db"
      severity = "critical"
      details  = "HighErrorRate: 7 % of requests fail\nSlowDatabase: no summary"
    }
  }
}

test "without a critical alert it is a warning" {
  flow = "incident_alert"
  request {
    json = {
      status = "resolved"
      alerts = [
        { labels = { alertname = "SlowDatabase", service = "orders-db", severity = "warning" }, annotations = { summary = "fast again" } },
        { labels = { alertname = "SlowDisk", service = "orders-db", severity = "warning" } },
      ]
    }
  }
  mock "inbox" { json = { ticket = "INC-2" } }
  expect { status = 202 }
  assert {
    condition = input.inbox.json == {
      text     = "resolved: 2 alert(s) on orders-db"
      severity = "warning"
      details  = "SlowDatabase: fast again\nSlowDisk: no summary"
    }
  }
}

test "a short outage of the inbox is not noticed" {
  flow = "incident_alert"
  request { json = file("samples/alert.json") }
  mock "inbox" { status = 503 }
  mock "inbox" { takes = "6s" } # longer than the timeout
  mock "inbox" { json = { ticket = "INC-1" } }
  expect {
    status   = 202
    attempts = { inbox = 3 }
  }
}

test "during an outage the monitoring is told to send the alert again" {
  flow = "incident_alert"
  request { json = file("samples/alert.json") }
  mock "inbox" { status = 503 }
  expect {
    status  = 503
    headers = { Retry-After = "30" }
    json    = { passed_on = false, failed = "inbox" }
    run     = "failed"
    actions = ["message", "inbox", "try_again"]
  }
  assert { condition = length(calls.inbox) == 3 }
}

test "a body that holds no alerts, or a storm that is too large" {
  flow = "incident_alert"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { status = 1, alerts = "SlowDatabase" }
    expect { status = 422 }
  }
  request "wrong values" {
    json = { status = "pending", alerts = [] }
    expect { status = 422 }
  }
  request "too many" {
    json = { status = "firing", alerts = flatten([for i in range(73) : [for j in range(69) : "x"]]) }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/status", "/alerts"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "array"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["one of \"firing\", \"resolved\"", "at least 1 element"] }
  assert { condition = responses["too many"].body.errors[*].expected == ["at most 5000 elements"] }
}

test "the stand-in for the inbox makes a ticket for each text" {
  flow = "team_inbox"
  request "message" {
    json = { text = "FIRING", severity = "critical" }
    expect {
      status  = 200
      json    = { ticket = "INC-${substr(sha256("FIRING"), 0, 6)}" }
      actions = ["received", "ticket"]
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { text = 1, severity = 2 }
    expect { status = 422 }
  }
  request "another severity" {
    json = { text = "FIRING", severity = "minor" }
    expect { status = 422 }
  }
  assert { condition = input.received == { message = "FIRING", fields = { severity = "critical" } } }
}
