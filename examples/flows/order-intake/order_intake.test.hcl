# What the shop may rely on: an order that was accepted reaches the warehouse once,
# also if the warehouse is down for a while.

test "an order is accepted at once and handed over" {
  flow = "order_intake"
  request {
    path = "/intake/eu"
    json = file("samples/order.json")
  }
  mock "warehouse" { json = { slip = "W-7" } }
  expect {
    status  = 202
    run     = "succeeded"
    actions = ["parcel", "warehouse", "handed_over"]
  }
  assert { condition = response.body == { accepted = "A-1002", run = run.id } }
  assert {
    condition = input.warehouse.json == {
      order  = "A-1002"
      region = "eu"
      pieces = 5
      lines  = ["2 x LAMP-1", "3 x BULB-7"]
    }
  }
  assert { condition = input.handed_over.message == "order A-1002: 5 pieces, slip W-7" }
}

test "an order that arrives twice is handed over once" {
  flow = "order_intake"
  request "first" {
    path = "/intake/eu"
    json = file("samples/order.json")
  }
  request "again" {
    advance = "6d"
    path    = "/intake/eu"
    json    = file("samples/order.json")
    expect { headers = { Gateway-Replayed = "true" } }
  }
  request "after a week" {
    advance = "25h"
    path    = "/intake/eu"
    json    = file("samples/order.json")
    expect { headers = { Gateway-Replayed = null } }
  }
  mock "warehouse" { json = { slip = "W-7" } }
  expect { runs = 2 }
  assert { condition = responses.again.body == responses.first.body }
  assert { condition = length(calls.warehouse) == 2 }
}

test "an order waits while the warehouse is down" {
  flow = "order_intake"
  request {
    path = "/intake/eu"
    json = file("samples/order.json")
  }
  mock "warehouse" { status = 503 }
  mock "warehouse" { status = 502 }
  mock "warehouse" {
    error { class = "transient" }
  }
  mock "warehouse" { json = { slip = "W-7" } } # in the second attempt of the run
  expect {
    run      = "succeeded"
    actions  = ["parcel", "warehouse", "handed_over"]
    attempts = { parcel = 1, warehouse = 4 }
  }
  assert { condition = run.attempt == 2 }
  assert { condition = calls.warehouse[0].key == calls.warehouse[3].key }
}

test "an order is given up after five attempts, or at once if the warehouse refuses it" {
  flow = "order_intake"
  request "down" {
    path = "/intake/eu"
    json = file("samples/order.json")
  }
  request "refused" {
    advance = "1h"
    path    = "/intake/eu"
    json    = { order_id = "A-9", customer = "jane@example.com", items = [{ sku = "NONE", qty = 1 }] }
  }
  mock "warehouse" {
    when   = input.json.order == "A-9"
    status = 404
  }
  mock "warehouse" { status = 503 }
  expect {
    runs    = 2
    actions = ["parcel", "warehouse", "given_up", "parcel", "warehouse", "given_up"]
  }
  assert { condition = runs[*].state == ["failed", "failed"] }
  assert { condition = runs[*].attempt == [5, 1] }
  assert { condition = length([for c in calls.warehouse : c if c.input.json.order == "A-1002"]) == 15 }
  assert { condition = startswith(input.given_up.message, "order A-9 was not handed over: ") }
}

test "the orders of one customer are handed over one after another" {
  flow = "order_intake"
  request "first" {
    path = "/intake/eu"
    json = { order_id = "A-1", customer = "jane@example.com", items = [{ sku = "LAMP-1", qty = 1 }] }
  }
  request "second" {
    path = "/intake/eu"
    json = { order_id = "A-2", customer = "jane@example.com", items = [{ sku = "LAMP-1", qty = 1 }] }
  }
  mock "warehouse" {
    takes = "10s"
    json  = { slip = "W-7" }
  }
  assert { condition = calls.warehouse[*].input.json.order == ["A-1", "A-2"] }
  assert { condition = calls.warehouse[1].at == timeadd(calls.warehouse[0].at, "10s") }
}

test "a crash during the request to the warehouse repeats it with the same key" {
  flow = "order_intake"
  request {
    path = "/intake/eu"
    json = file("samples/order.json")
  }
  mock "warehouse" { json = { slip = "W-7" } }
  crash { during = "warehouse" }
  expect { run = "succeeded" }
  assert { condition = length(calls.warehouse) == 2 }
  assert { condition = calls.warehouse[0].key == calls.warehouse[1].key }
}

test "a caller without the password is refused" {
  flow = "order_intake"
  request {
    path   = "/intake/eu"
    signed = false
    json   = file("samples/order.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "the answer to a wrong order lists all mistakes" {
  flow = "order_intake"
  request "nothing" {
    path = "/intake/eu"
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    path = "/intake/eu"
    json = { order_id = 1002, customer = 1, items = { sku = "LAMP-1" } }
    expect { status = 422 }
  }
  request "wrong values" {
    path = "/intake/eu"
    json = { order_id = "A-1", customer = "jane", items = [] }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/order_id", "/customer", "/items"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string", "array"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["email", "at least 1 element"] }
}

test "the stand-in for the warehouse makes a slip for each order" {
  flow = "warehouse"
  request { json = { order = "A-1002", pieces = 5 } }
  expect {
    status = 200
    json   = { slip = "W-${substr(sha256("A-1002"), 0, 6)}" }
  }
}

test "the stand-in for the warehouse refuses an order without pieces" {
  flow = "warehouse"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { order = 1, pieces = "five" }
    expect { status = 422 }
  }
  request "no pieces" {
    json = { order = "A-1002", pieces = 0 }
    expect { status = 422 }
  }
}
