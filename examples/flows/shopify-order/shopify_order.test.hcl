# An order of Shopify reaches the warehouse once.

locals {
  created = { X-Shopify-Topic = "orders/create", X-Shopify-Webhook-Id = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043" }
}

mock "inbox" {}

test "an order reaches the warehouse with one line per article" {
  flow = "shopify_order"
  request {
    headers = local.created
    json    = file("samples/order.json")
  }
  expect {
    status  = 200
    json    = { accepted = "#1001" }
    run     = "succeeded"
    actions = ["lines", "inbox"]
  }
  assert { condition = input.inbox.json == { text = "Order #1001 of 129.90: 1 × LAMP-01, 5 × BULB-22", severity = "warning" } }
}

test "a webhook that Shopify sends twice starts one run" {
  flow = "shopify_order"
  request "first" {
    headers = local.created
    json    = file("samples/order.json")
  }
  request "again" {
    advance = "2d"
    headers = local.created
    json    = file("samples/order.json")
    expect { status = 200 }
  }
  request "another webhook" {
    headers = merge(local.created, { X-Shopify-Webhook-Id = "another" })
    json    = file("samples/order.json")
  }
  expect { runs = 2 }
}

test "other topics are answered and ignored" {
  flow = "shopify_order"
  request {
    headers = merge(local.created, { X-Shopify-Topic = "orders/delete" })
    json    = { id = 1 }
  }
  expect {
    status = 200
    run    = "ignored"
  }
}

test "an order that can't be passed on fails" {
  flow = "shopify_order"
  request {
    headers = local.created
    json    = file("samples/order.json")
  }
  mock "inbox" { status = 400 }
  expect { run = "failed" }
}

test "a body that the app did not sign is refused" {
  flow = "shopify_order"
  request {
    headers = local.created
    signed  = false
    json    = file("samples/order.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "a signed body that is no order" {
  flow = "shopify_order"
  request "nothing" {
    headers = { X-Shopify-Topic = "orders/create" }
    json    = {}
    expect { status = 422 }
  }
  request "wrong types" {
    headers = merge(local.created, { X-Shopify-Webhook-Id = "wrong types" })
    json    = { name = 1001, email = 1, total_price = 129.9, line_items = [{ sku = 1, quantity = 1 }] }
    expect { status = 422 }
  }
  request "wrong values" {
    headers = merge(local.created, { X-Shopify-Webhook-Id = "wrong values" })
    json    = { name = "#1001", email = "jane", total_price = "129,90", line_items = [] }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["X-Shopify-Webhook-Id", "/name", "/email", "/total_price", "/line_items"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/name", "/email", "/total_price", "/line_items/0/sku"] }
  assert { condition = responses["wrong values"].body.errors[*].pointer == ["/email", "/total_price", "/line_items"] }
}
