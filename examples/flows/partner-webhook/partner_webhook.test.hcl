# What the partner gets: signed events, at most one per customer and minute.

secrets = { partner = trimspace(file("demo-secret.txt")) }

locals {
  event = jsondecode(file("samples/event.json"))
}

mock "partner" { json = { receipt = "P-1" } }

test "an event is delivered with a signature" {
  flow = "partner_webhook"
  request { json = file("samples/event.json") }
  expect {
    status  = 202
    json    = { accepted = "A-1003", run = run.id }
    run     = "succeeded"
    actions = ["partner", "delivered"]
  }
  assert { condition = endswith(calls.partner[0].request.url, "/partner/hooks/order.shipped") }
  assert { condition = calls.partner[0].request.body == { event = "order.shipped", client = "C-4711", order = "A-1003", carrier = "Möwe & Söhne" } }
  assert {
    condition = startswith(calls.partner[0].request.headers["Webhook-Signature"], "v1,")
    message   = "the partner can verify the sender"
  }
  assert { condition = input.delivered.message == "the partner got A-1003: P-1" }
}

test "a customer is reported once a minute, and others meanwhile" {
  flow = "partner_webhook"
  request "first" { json = local.event }
  request "again" {
    advance = "59s"
    json    = local.event
  }
  request "another customer" { json = merge(local.event, { customer = "C-2" }) }
  request "a minute later" {
    advance = "1s"
    json    = local.event
  }
  expect { runs = 4 }
  assert { condition = calls.partner[*].request.body.client == ["C-4711", "C-2", "C-4711"] }
}

test "a throttled event is noted" {
  flow = "partner_webhook"
  request "first" { json = local.event }
  request "again" { json = local.event }
  assert { condition = input.delivered.message == "customer C-4711 was reported within the last minute" }
}

test "while the partner is down the delivery is repeated with the same id" {
  flow = "partner_webhook"
  request { json = local.event }
  mock "partner" { status = 503 }
  mock "partner" { json = { receipt = "P-1" } }
  expect {
    run      = "succeeded"
    attempts = { partner = 2 }
  }
  assert { condition = calls.partner[0].request.headers["Webhook-Id"] == calls.partner[1].request.headers["Webhook-Id"] }
}

test "an event that the partner refuses is logged" {
  flow = "partner_webhook"
  request { json = local.event }
  mock "partner" { status = 410 }
  expect {
    run     = "failed"
    actions = ["partner", "not_delivered"]
  }
  assert { condition = startswith(input.not_delivered.message, "the partner did not get A-1003: ") }
}

test "the answer to a wrong event lists all mistakes" {
  flow = "partner_webhook"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { event = 1, customer = 4711, order = "A-1003" }
    expect { status = 422 }
  }
  request "wrong values" {
    json = merge(local.event, { event = "order.lost", customer = "4711" })
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/event", "/customer", "/order"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string", "object"] }
  assert { condition = responses["wrong values"].body.errors[*].pointer == ["/event", "/customer"] }
}

test "the stand-in for the partner takes what is signed" {
  flow = "partner_hooks"
  request "signed" {
    path    = "/partner/hooks/order.shipped"
    headers = { webhook-id = "msg_1" }
    json    = { client = "C-4711", order = "A-1003" }
    expect {
      status = 200
      json   = { receipt = "P-${substr(sha256("order.shipped A-1003"), 0, 6)}" }
    }
  }
  request "unsigned" {
    path   = "/partner/hooks/order.shipped"
    signed = false
    json   = { client = "C-4711", order = "A-1003" }
    expect { status = 401 }
  }
  request "nothing" {
    path    = "/partner/hooks/order.shipped"
    headers = { webhook-id = "msg_2" }
    json    = {}
    expect { status = 422 }
  }
  request "wrong types" {
    path    = "/partner/hooks/order.shipped"
    headers = { webhook-id = "msg_3" }
    json    = { client = 1, order = 2 }
    expect { status = 422 }
  }
}
