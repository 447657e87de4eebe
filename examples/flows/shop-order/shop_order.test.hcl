# The order of a shop, from the happy path to a gateway that dies. "gateway test"
# runs them; no mail leaves, and nothing waits.

locals {
  order = file("samples/order.json")
}

mock "confirm" { message_id = "<1@shop.example.com>" }
mock "team" {}
mock "fulfil" {
  key     = "SHOP-1"
  created = true
}

test "an order is confirmed, told and fulfilled" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = local.order
  }
  expect {
    status  = 202
    json    = { run = run.id }
    run     = "succeeded"
    actions = ["sum", "confirm", "team", "fulfil", "done"]
  }
  assert { condition = action.sum.value == { count = 5, total = 129.9, lines = ["2 × Desk lamp \"Lumi\"", "3 × Bulb, warm & dim"] } }
  assert { condition = input.confirm.to == "jane@example.com" && input.confirm.subject == "Your order A-1001 at Lampenladen" }
  assert {
    condition = strcontains(input.confirm.html, "<li>3 × Bulb, warm &amp; dim</li>") && strcontains(input.confirm.html, "129.90 EUR")
    message   = "the mail has the escaped lines and the total"
  }
  assert { condition = input.team.text == "Order *A-1001* from eu: 5 items, 129.90 EUR" }
  assert { condition = input.fulfil.unique_key == "A-1001" && input.fulfil.labels == ["order", "eu"] }
  assert { condition = input.done.message == "order A-1001: SHOP-1" }
}

test "the mail names the customer, if the shop does" {
  flow = "shop_order"
  request "with a name" {
    path = "/shop/eu/orders"
    json = local.order
  }
  request "without a name" {
    path = "/shop/eu/orders"
    json = merge(jsondecode(local.order), { order_id = "A-1002", customer_name = "" })
  }
  assert { condition = strcontains(calls.confirm[0].input.html, "<p>Dear Jane Doe,</p>") }
  assert { condition = strcontains(calls.confirm[1].input.html, "<p>Dear customer,</p>") }
}

test "wrong credentials" {
  flow = "shop_order"
  request {
    path    = "/shop/eu/orders"
    json    = local.order
    signed  = false
    headers = { Authorization = "Basic ${base64encode("shop:guessed")}" }
  }
  expect {
    status = 401
    run    = "refused"
  }
}

test "two faults in one answer" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = {
      order_id       = "A-1"
      customer_email = "jane"
      items          = []
    }
  }
  expect { status = 422 }
  assert { condition = response.body.errors[*].pointer == ["/customer_email", "/items"] }
}

test "Slack is down, and then up" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = local.order
  }
  mock "team" {
    error { status = 503 }
  }
  mock "team" {}
  expect {
    run      = "succeeded"
    actions  = ["sum", "confirm", "team", "fulfil", "done"]
    attempts = { team = 2 }
  }
  assert {
    condition = length(calls.confirm) == 1 && length(calls.fulfil) == 1
    message   = "the retry repeats neither the mail nor the issue"
  }
}

test "Jira is down for good" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = local.order
  }
  mock "fulfil" {
    error { status = 403 }
  }
  expect {
    run     = "failed"
    actions = ["sum", "confirm", "team", "fulfil", "given_up"]
  }
  assert { condition = run.error.action == "fulfil" }
}

test "an order that is sent twice runs once" {
  flow = "shop_order"
  request "first" {
    path = "/shop/eu/orders"
    json = local.order
  }
  request "again" {
    advance = "6d"
    path    = "/shop/eu/orders"
    json    = local.order
    expect {
      status  = 202
      headers = { Gateway-Replayed = "true" }
    }
  }
  expect { runs = 1 }
  assert { condition = length(calls.confirm) == 1 }
}

test "the gateway dies after the mail" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = local.order
  }
  crash { after = "confirm" }
  expect {
    run     = "succeeded"
    actions = ["sum", "confirm", "team", "fulfil", "done"]
  }
  assert {
    condition = length(calls.confirm) == 1
    message   = "the customer gets one mail"
  }
}

test "the gateway dies while it sends the mail" {
  flow = "shop_order"
  request {
    path = "/shop/eu/orders"
    json = local.order
  }
  crash { during = "confirm" }
  expect { run = "succeeded" }
  assert {
    condition = length(calls.confirm) == 2 && calls.confirm[0].key == calls.confirm[1].key
    message   = "the mail is sent again, with the same message id"
  }
}

test "the answer to a wrong order lists all mistakes" {
  flow = "shop_order"
  request "nothing" {
    path = "/shop/eu/orders"
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    path = "/shop/eu/orders"
    json = { order_id = 1001, customer_email = 1, customer_name = 2, items = ["lamp"] }
    expect { status = 422 }
  }
  request "wrong number" {
    path = "/shop/eu/orders"
    json = merge(jsondecode(local.order), { order_id = "A 1001" })
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/order_id", "/customer_email", "/items"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/order_id", "/customer_email", "/customer_name", "/items/0"] }
  assert { condition = responses["wrong number"].body.errors[*].pointer == ["/order_id"] }
}
