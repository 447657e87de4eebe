# What the night does: each changed customer becomes a contact, and one wrong address
# stops no other.

env = { NIGHTLY_SYNC = "on" }

locals {
  jane = { email = "jane@example.com", first_name = "Jane", city = "Berlin" }
}

test "customers that changed since yesterday become contacts" {
  flow = "nightly_sync"
  now  = "2026-03-02T00:00:00+01:00"
  tick { at = "2026-03-02T01:30:00Z" } # 2:30 in Berlin
  mock "changed" { rows = [local.jane, { email = "ali@example.com", first_name = null, city = null }] }
  expect {
    run     = "succeeded"
    actions = ["changed", "customer", "keep", "customer", "keep", "counted"]
  }
  assert { condition = input.changed.args == ["2026-03-01T02:30:00+01:00"] }
  assert { condition = input.counted == { message = "2 customers, 0 failed", fields = { failed = [] } } }
}

test "one wrong address does not stop the others" {
  flow = "nightly_sync"
  tick {}
  mock "changed" { rows = [{ email = "nobody", first_name = null, city = null }, local.jane] }
  expect { run = "succeeded" }
  assert { condition = input.counted.message == "2 customers, 1 failed" }
  assert { condition = length(input.counted.fields.failed) == 1 }
  assert { condition = input.customer.contact == "jane@example.com" }
}

test "a night without changes" {
  flow = "nightly_sync"
  tick {}
  mock "changed" { rows = [] }
  expect {
    run     = "succeeded"
    actions = ["changed", "counted"]
  }
}

test "while the database is down the run waits" {
  flow = "nightly_sync"
  tick {}
  mock "changed" {
    error { class = "transient" }
  }
  mock "changed" { rows = [] }
  expect {
    run      = "succeeded"
    attempts = { changed = 2 }
  }
  assert { condition = run.attempt == 2 }
}

test "after five attempts the night has failed, and the next one begins anew" {
  flow = "nightly_sync"
  tick "down" {
    expect { run = "failed" }
  }
  tick "up" {
    advance = "2h"
    expect { run = "succeeded" }
  }
  mock "changed" {
    when = call.number <= 5
    error { class = "transient" }
  }
  mock "changed" {
    when = call.number > 5
    rows = []
  }
  expect { runs = 2 }
  assert { condition = runs[*].attempt == [5, 1] }
}

test "the night of Christmas is left out" {
  flow = "nightly_sync"
  now  = "2026-12-24T12:00:00Z"
  tick { at = "2026-12-26T01:30:00Z" }
  mock "changed" { rows = [] }
  expect { runs = 1 }
}

test "a customer becomes a contact with a tag" {
  flow = "keep_customer"
  call { input = local.jane }
  expect {
    run     = "succeeded"
    actions = ["customer"]
  }
  assert {
    condition = input.customer == {
      contact = "jane@example.com"
      add     = "customer"
      fields  = { first_name = "Jane", city = "Berlin" }
    }
  }
}
