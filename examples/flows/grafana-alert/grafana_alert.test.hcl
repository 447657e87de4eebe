# Alerts of Grafana reach the inbox of the team, or Grafana sends them again.

locals {
  alert = { status = "firing", labels = { alertname = "DiskFull" }, annotations = {} }
}

test "firing alerts are critical" {
  flow = "grafana_alert"
  request { json = file("samples/alert.json") }
  mock "inbox" { json = { ticket = "INC-1" } }
  expect {
    status  = 202
    json    = { passed_on = 2, ticket = "INC-1" }
    actions = ["names", "inbox", "passed_on"]
  }
  assert { condition = input.inbox.json == { text = "firing: DiskFull, HighLatency", severity = "critical" } }
}

test "resolved alerts are a warning, and each name stands once" {
  flow = "grafana_alert"
  request { json = { status = "resolved", alerts = [local.alert, local.alert] } }
  mock "inbox" { json = { ticket = "INC-2" } }
  expect { json = { passed_on = 2, ticket = "INC-2" } }
  assert { condition = input.inbox.json == { text = "resolved: DiskFull", severity = "warning" } }
}

test "while the inbox is down Grafana gets an error, and sends the alerts again" {
  flow = "grafana_alert"
  request { json = file("samples/alert.json") }
  mock "inbox" { status = 503 }
  expect {
    status = 502
    run    = "failed"
  }
}

test "notifications without a signature, and those of long ago, are refused" {
  flow = "grafana_alert"
  request "unsigned" {
    signed = false
    json   = file("samples/alert.json")
    expect { status = 401 }
  }
  request "old" {
    headers = { X-Grafana-Timestamp = "1773489600" }
    json    = file("samples/alert.json")
    expect { status = 401 }
  }
  expect { runs = 0 }
}

test "a body that holds no alerts" {
  flow = "grafana_alert"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { status = 1, alerts = [merge(local.alert, { labels = ["DiskFull"] })] }
    expect { status = 422 }
  }
  request "wrong values" {
    json = { status = "pending", alerts = [] }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/status", "/alerts"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/status", "/alerts/0/labels"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["one of \"firing\", \"resolved\"", "at least 1 element"] }
}
