# A buyer of product A is in the database once, under the names that it has for the
# fields.

locals {
  jane = {
    email  = "jane+a@example.com"
    fields = { first_name = "Jane", last_name = "Doe" }
  }
}

mock "look_up" { json = { known = false } }
mock "create" { status = 201 }

test "a new buyer is looked up and created" {
  flow = "tag_to_database"
  tag { contact = local.jane }
  expect {
    run     = "succeeded"
    actions = ["look_up", "create"]
  }
  assert { condition = calls.look_up[0].request.method == "GET" }
  assert { condition = endswith(calls.look_up[0].request.url, "/users/jane%2Ba%40example.com?source=gateway") }
  assert { condition = calls.create[0].request.body == { email = "jane+a@example.com", vorname = "Jane", nachname = "Doe", product = "A" } }
}

test "a buyer without a name gets defaults" {
  flow = "tag_to_database"
  tag { contact = "jane@example.com" }
  expect { run = "succeeded" }
  assert { condition = calls.create[0].request.body == { email = "jane@example.com", vorname = "Kunde", nachname = "unbekannt", product = "A" } }
}

test "a buyer whom the database knows is not created again" {
  flow = "tag_to_database"
  tag { contact = local.jane }
  mock "look_up" { json = { known = true } }
  expect {
    run     = "succeeded"
    actions = ["look_up"]
    skipped = ["create"]
  }
}

test "the database gets a buyer at most once a day" {
  flow = "tag_to_database"
  tag "first" { contact = local.jane }
  tag "within a day" {
    advance = "23h"
    contact = local.jane
  }
  tag "the next day" {
    advance = "7h"
    contact = local.jane
  }
  expect { runs = 3 }
  assert { condition = length(calls.look_up) == 3 && length(calls.create) == 2 }
}

test "while the database is down the run waits, and repeats only what failed" {
  flow = "tag_to_database"
  tag { contact = local.jane }
  mock "create" { status = 503 }
  mock "create" { status = 201 }
  expect {
    run      = "succeeded"
    attempts = { look_up = 1, create = 2 }
  }
}

test "the stand-in for the search of the database knows nobody" {
  flow = "database_look_up"
  request { path = "/stand-in/database/users/jane%40example.com" }
  expect {
    status = 200
    json   = { email = "jane@example.com", known = false }
  }
}

test "the stand-in for the database keeps contacts" {
  flow = "database_create"
  request "contact" {
    form = { email = "jane@example.com", vorname = "Jane", nachname = "Doe" }
    expect {
      status  = 201
      json    = { id = substr(sha256("jane@example.com"), 0, 8) }
      actions = ["kept", "kept_it"]
    }
  }
  request "nothing" {
    form = { product = "A" }
    expect { status = 422 }
  }
  request "no address" {
    form = { email = "jane", vorname = "Jane", nachname = "Doe" }
    expect { status = 422 }
  }
  assert { condition = input.kept.message == "database: Jane Doe" }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/email", "/vorname", "/nachname"] }
}
