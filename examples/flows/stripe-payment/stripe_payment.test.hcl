# The team learns of each payment once.

locals {
  event = jsondecode(file("samples/event.json"))
}

mock "inbox" {}

test "a payment that succeeded is told to the team" {
  flow = "stripe_payment"
  request { json = file("samples/event.json") }
  expect {
    status  = 200
    json    = { received = "evt_3PqL1e2eZvKYlo2C0b6tQm7v" }
    run     = "succeeded"
    actions = ["inbox"]
  }
  assert { condition = input.inbox.json == { text = "129.9 EUR received for order A-1001", severity = "warning" } }
}

test "an event that Stripe sends again starts one run" {
  flow = "stripe_payment"
  request "first" { json = file("samples/event.json") }
  request "again" {
    advance = "2d"
    json    = file("samples/event.json")
    expect { status = 200 }
  }
  expect { runs = 1 }
}

test "other events are answered and ignored" {
  flow = "stripe_payment"
  request { json = merge(local.event, { type = "payment_intent.created" }) }
  expect {
    status = 200
    run    = "ignored"
  }
}

test "a payment of which the team can't be told fails" {
  flow = "stripe_payment"
  request { json = file("samples/event.json") }
  mock "inbox" { status = 400 }
  expect { run = "failed" }
}

test "an event that is not signed, or was signed long ago, is refused" {
  flow = "stripe_payment"
  request "unsigned" {
    signed = false
    json   = file("samples/event.json")
    expect { status = 401 }
  }
  request "old" {
    headers = { Stripe-Signature = "t=1773489600,v1=${hmac("sha256", "another", "x")}" }
    json    = file("samples/event.json")
    expect { status = 401 }
  }
  expect { runs = 0 }
}

test "a signed body that is no payment" {
  flow = "stripe_payment"
  request "nothing" {
    json = { type = "payment_intent.succeeded" }
    expect { status = 422 }
  }
  request "wrong types" {
    json = { type = "payment_intent.succeeded", id = 1, data = {} }
    expect { status = 422 }
  }
  request "wrong id" {
    json = merge(local.event, { id = "pi_1" })
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/id", "/data"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/id", "/data/object"] }
  assert { condition = responses["wrong id"].body.errors[*].pointer == ["/id"] }
}
