# Each partner sends orders with a key of its own.

test "an order is accepted, and the answer names the partner" {
  flow = "partner_orders"
  request { json = file("samples/order.json") }
  expect {
    status  = 201
    json    = { order = "A-1001", partner = "test" } # the name of the key by which tests sign
    run     = "succeeded"
    actions = ["order", "accepted"]
  }
  assert { condition = input.order.message == "order A-1001 of test" }
}

test "a caller without a key is refused" {
  flow = "partner_orders"
  request {
    signed = false
    json   = file("samples/order.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "the answer to a wrong order lists all mistakes" {
  flow = "partner_orders"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { order_id = 1001, total = "much" }
    expect { status = 422 }
  }
  request "wrong values" {
    json = { order_id = "1001", total = -1 }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/order_id", "/total"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "number"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["a text that matches ^[A-Z]-[0-9]+$", "at least 0"] }
}
