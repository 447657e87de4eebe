# The form of a public page: what people send arrives, and programs that fill in
# forms reach nobody.

locals {
  page = { Origin = "https://shop.example.com" }
}

test "a form reaches the team, line by line" {
  flow = "contact_form"
  request {
    headers = local.page
    json    = file("samples/form.json")
  }
  mock "team" {}
  expect {
    status  = 202
    headers = { Access-Control-Allow-Origin = "https://shop.example.com" }
    json    = { received = true }
    run     = "succeeded"
    actions = ["team"]
  }
  assert {
    condition = input.team.text == "*Contact form*: Jane Müller, jane@example.com\n> Do you repair &lt;old&gt; lamps?\n> Mine is from 1962."
    message   = "values of the form make no links and mention nobody"
  }
}

test "a form with the hidden field starts no run, and its sender does not learn that" {
  flow = "contact_form"
  request { json = file("samples/honeypot.json") }
  expect {
    status = 200
    run    = "ignored"
    runs   = 0
  }
}

test "a page of another site gets no answer that its script could read" {
  flow = "contact_form"
  request {
    headers = { Origin = "https://other.example.net" }
    json    = file("samples/form.json")
  }
  mock "team" {}
  expect { headers = { Access-Control-Allow-Origin = null } }
}

test "an address sends three forms at once, and one more after two minutes" {
  flow = "contact_form"
  request "first" { json = file("samples/form.json") }
  request "second" { json = file("samples/wrong.json") }
  request "third" { json = file("samples/form.json") }
  request "fourth" {
    json = file("samples/form.json")
    expect { status = 429 }
  }
  request "another address" {
    remote_address = "198.51.100.7"
    json           = file("samples/form.json")
    expect { status = 202 }
  }
  request "later" {
    advance = "2m"
    json    = file("samples/form.json")
    expect { status = 202 }
  }
  mock "team" {}
  expect { runs = 4 }
}

test "an outage of Slack loses no form" {
  flow = "contact_form"
  request { json = file("samples/form.json") }
  mock "team" {
    error { status = 503 }
  }
  mock "team" {
    error { class = "transient" }
  }
  mock "team" {}
  expect {
    run      = "succeeded"
    attempts = { team = 3 }
  }
}

test "a form that Slack refuses is kept as failed" {
  flow = "contact_form"
  request { json = file("samples/form.json") }
  mock "team" {
    error { message = "invalid_payload" }
  }
  expect { run = "failed" }
  assert { condition = run.error.message == "invalid_payload" }
  assert { condition = length(calls.team) == 1 }
}

test "the answer to a wrong form lists all mistakes" {
  flow = "contact_form"
  request "sample" {
    json = file("samples/wrong.json")
    expect { status = 422 }
  }
  request "empty fields" {
    json = { name = "", email = "", message = "" }
    expect { status = 422 }
  }
  request "too long" {
    json = {
      name    = join("", [for i in range(101) : "x"])
      email   = "jane@example.com"
      message = join(" ", [for i in range(1001) : "text"])
    }
    expect { status = 422 }
  }
  request "nothing" {
    remote_address = "198.51.100.7"
    json           = {}
    expect { status = 422 }
  }
  request "wrong types" {
    remote_address = "198.51.100.7"
    json           = { name = 1, email = 2, message = ["Hello"] }
    expect { status = 422 }
  }
  assert { condition = { for e in responses["sample"].body.errors : e.pointer => e.detail } == { "/email" = "This must be an e-mail address." } }
  assert { condition = responses["empty fields"].body.errors[*].expected == ["at least 1 character", "email", "at least 1 character"] }
  assert { condition = responses["too long"].body.errors[*].expected == ["at most 100 characters", "at most 5000 characters"] }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/name", "/email", "/message"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string", "string"] }
}
