# What the provider may rely on: the answer that belongs to each state of a payment.

test "a payment is booked in EUR unless the provider names a currency" {
  flow = "payment_callback"
  request {
    path = "/payments/acme/callback"
    json = file("samples/paid.json")
  }
  expect {
    status = 200
    json = {
      payment  = "pay_8Zk21"
      accepted = true
      booked   = 129.9
      currency = "EUR"
    }
    run     = "succeeded"
    actions = ["seen", "accepted"]
  }
  assert { condition = input.seen.message == "payment pay_8Zk21 is paid" }
  assert { condition = input.seen.fields == { provider = "acme", amount = 129.9 } }
}

test "a refund is booked as a negative amount" {
  flow = "payment_callback"
  request {
    path = "/payments/acme/callback"
    json = {
      payment_id = "pay_8Zk21"
      state      = "refunded"
      amount     = 29.5
      currency   = "USD"
    }
  }
  expect {
    status = 200
    json = {
      payment  = "pay_8Zk21"
      accepted = true
      booked   = -29.5
      currency = "USD"
    }
  }
}

test "a pending payment gets 409, so that the provider calls again" {
  flow = "payment_callback"
  request {
    path = "/payments/acme/callback"
    json = file("samples/pending.json")
  }
  expect {
    status  = 409
    headers = { Retry-After = "60" }
    json = {
      payment  = "pay_8Zk22"
      accepted = false
      reason   = "not final yet"
    }
    run     = "succeeded"
    actions = ["seen", "later"]
  }
}

test "a failed payment is accepted, and nothing is booked" {
  flow = "payment_callback"
  request {
    path = "/payments/acme/callback"
    json = { payment_id = "pay_8Zk23", state = "failed", amount = 59, currency = "CHF" }
  }
  expect {
    status  = 200
    json    = { payment = "pay_8Zk23", accepted = true, booked = 0, currency = "CHF" }
    actions = ["seen", "noted"]
  }
}

test "a caller without the token is refused" {
  flow = "payment_callback"
  request {
    path   = "/payments/acme/callback"
    signed = false
    json   = file("samples/paid.json")
  }
  request "wrong token" {
    path    = "/payments/acme/callback"
    headers = { Authorization = "Bearer another" }
    json    = file("samples/paid.json")
  }
  expect {
    status = 401
    run    = "refused"
    runs   = 0
  }
}

test "the answer lists all mistakes" {
  flow = "payment_callback"
  request "wrong" {
    path = "/payments/acme/callback"
    json = file("samples/wrong.json")
    expect { status = 422 }
  }
  request "wrong types" {
    path = "/payments/acme/callback"
    json = { payment_id = 1, state = true, amount = "much", currency = [] }
    expect { status = 422 }
  }
  request "nothing" {
    path = "/payments/acme/callback"
    json = { currency = "GBP" }
    expect { status = 422 }
  }
  expect { runs = 0 }
  assert {
    condition = { for e in responses["wrong"].body.errors : e.pointer => e.expected } == {
      "/payment_id" = "a text that matches ^pay_[A-Za-z0-9]+$"
      "/state"      = "one of \"paid\", \"pending\", \"failed\", \"refunded\""
      "/amount"     = "at least 0"
    }
  }
  assert {
    condition = { for e in responses["wrong types"].body.errors : e.pointer => e.expected } == {
      "/payment_id" = "string"
      "/state"      = "string"
      "/amount"     = "number"
      "/currency"   = "string"
    }
  }
  assert {
    condition = { for e in responses["nothing"].body.errors : e.pointer => e.detail } == {
      "/payment_id" = "A value is required here."
      "/state"      = "A value is required here."
      "/amount"     = "A value is required here."
      "/currency"   = "This must be one of \"EUR\", \"USD\", \"CHF\"."
    }
  }
}
