# A report becomes one issue, however often it is sent, and the team learns of it
# once.

locals {
  report = jsondecode(file("samples/incident.json"))
}

mock "ticket" {
  id      = "10042"
  key     = "OPS-42"
  url     = "https://jira.example.com/browse/OPS-42"
  created = true
}
mock "team" {}

test "a report opens an issue and tells the team" {
  flow = "incident_report"
  request { json = file("samples/incident.json") }
  expect {
    status  = 201
    json    = { ticket = "OPS-42", url = "https://jira.example.com/browse/OPS-42", new = true }
    run     = "succeeded"
    actions = ["ticket", "team", "reported"]
  }
  assert { condition = input.ticket.summary == "checkout: Checkout fails for <some> customers" }
  assert { condition = input.ticket.priority == "Highest" && input.ticket.labels == ["incident", "checkout"] }
  assert { condition = input.ticket.unique_key == "chk-2026-0117" }
  assert {
    condition = input.team.text == "*critical* on checkout: <https://jira.example.com/browse/OPS-42|OPS-42> Checkout fails for &lt;some&gt; customers"
    message   = "the link works, and the text of the reporter is shown literally"
  }
}

test "each severity has its priority, and details may be missing" {
  flow = "incident_report"
  request "minor" { json = { reference = "abc-1", title = "Slow", severity = "minor", service = "shop", reporter = "jane@example.com" } }
  request "major" { json = { reference = "abc-2", title = "Slow", severity = "major", service = "shop", reporter = "jane@example.com" } }
  assert { condition = calls.ticket[*].input.priority == ["Low", "High"] }
  assert { condition = startswith(input.ticket.description, "No details.") }
}

test "a report that has an issue already tells the team nothing new" {
  flow = "incident_report"
  request { json = file("samples/incident.json") }
  mock "ticket" {
    key     = "OPS-42"
    url     = "https://jira.example.com/browse/OPS-42"
    created = false
  }
  expect {
    status  = 201
    json    = { ticket = "OPS-42", url = "https://jira.example.com/browse/OPS-42", new = false }
    actions = ["ticket", "reported"]
    skipped = ["team"]
  }
}

test "a failure of Slack does not fail the report" {
  flow = "incident_report"
  request { json = file("samples/incident.json") }
  mock "team" {
    error { status = 503 }
  }
  expect {
    status   = 201
    run      = "succeeded"
    actions  = ["ticket", "team", "reported"]
    attempts = { team = 3 }
  }
}

test "while Jira is down the reporter is told to try again" {
  flow = "incident_report"
  request { json = file("samples/incident.json") }
  mock "ticket" {
    error { status = 503 }
  }
  expect {
    status   = 503
    headers  = { Retry-After = "30" }
    json     = { failed = "ticket" }
    run      = "failed"
    actions  = ["ticket", "try_again"]
    attempts = { ticket = 3 }
  }
}

test "the answer to a wrong report lists all mistakes" {
  flow = "incident_report"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { reference = 1, title = 2, severity = 3, service = 4, reporter = 5, details = 6, log = 7 }
    expect { status = 422 }
  }
  request "wrong values" {
    json = merge(local.report, { reference = "A", title = "No", severity = "fatal", reporter = "jane" })
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/reference", "/title", "/severity", "/service", "/reporter"] }
  assert { condition = length(responses["wrong types"].body.errors) == 7 }
  assert { condition = responses["wrong values"].body.errors[*].pointer == ["/reference", "/title", "/severity", "/reporter"] }
}

test "the stand-in for Jira knows no issue before it is opened" {
  flow = "jira_search"
  request "search" {
    json = { jql = "project = OPS" }
    expect {
      status = 200
      json   = { issues = [], isLast = true }
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "a number" {
    json = { jql = 1 }
    expect { status = 422 }
  }
}

test "the stand-in for Jira opens issues" {
  flow = "jira_issue"
  request "issue" {
    json = { fields = { summary = "checkout: fails", description = {} } }
    expect {
      status  = 201
      actions = ["opened", "issue"]
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "a text" {
    json = { fields = "checkout" }
    expect { status = 422 }
  }
  assert { condition = responses.issue.body.key == "OPS-42" && responses.issue.body.id == "10042" }
  assert { condition = input.opened.message == "issue: checkout: fails" }
}

test "the stand-in for Jira shows an issue" {
  flow = "jira_known"
  request { path = "/stand-in/jira/rest/api/3/issue/OPS-42" }
  expect {
    status = 200
    json   = { id = "10042", key = "OPS-42", fields = { status = { name = "To Do" } } }
  }
}

test "the stand-in for Slack answers as Slack does" {
  flow = "slack_webhook"
  request "message" {
    json = { text = "Hello" }
    expect {
      status  = 200
      body    = "ok"
      actions = ["posted", "ok"]
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "a number" {
    json = { text = 1 }
    expect { status = 422 }
  }
  assert { condition = input.posted.message == "Slack: Hello" }
}
