# What a shop may rely on: the price of an order, and all mistakes of a wrong order
# in one answer.

test "the price has the discount, the tax and the shipping" {
  flow = "order_pricing"
  request {
    headers = { X-Request-Id = "r-1" }
    json    = file("samples/order.json")
  }
  expect {
    status  = 200
    headers = { X-Request-Id = "r-1" }
    json = {
      order    = "A-1001"
      lines    = [{ sku = "LAMP-1", sum = 80 }, { sku = "BULB-7", sum = 29.85 }]
      net      = 109.85
      discount = 10.99
      shipping = 4.9
      total    = 122.54
    }
    run     = "succeeded"
    actions = ["net", "price"]
  }
}

test "without a coupon there is no discount, and each country has its shipping" {
  flow = "order_pricing"
  request "austria" {
    json = {
      order_id       = "A-1"
      customer_email = "jane@example.com"
      country        = "AT"
      items          = [{ sku = "LAMP-1", qty = 1, price = 100 }]
    }
    expect {
      json = {
        order    = "A-1"
        lines    = [{ sku = "LAMP-1", sum = 100 }]
        net      = 100
        discount = 0
        shipping = 7.9
        total    = 126.9
      }
    }
  }
  request "switzerland" {
    json = {
      order_id       = "A-2"
      customer_email = "jane@example.com"
      country        = "CH"
      coupon         = "OTHER10"
      items          = [{ sku = "LAMP-1", qty = 1, price = 100 }]
    }
  }
  assert { condition = response.body.discount == 0 }
  assert { condition = response.body.total == 131.5 }
}

test "an answer without a request id has the id of the run" {
  flow = "order_pricing"
  request { json = file("samples/order.json") }
  expect { status = 200 }
  assert { condition = response.headers["X-Request-Id"] == run.id }
}

test "the answer to a wrong order lists all mistakes" {
  flow = "order_pricing"
  request { json = file("samples/wrong.json") }
  expect {
    status = 422
    run    = "refused"
  }
  assert {
    condition = { for e in response.body.errors : e.pointer => e.detail } == {
      "/order_id"       = "A value is required here."
      "/customer_email" = "This must be an e-mail address."
      "/country"        = "This must be one of \"DE\", \"AT\", \"CH\"."
      "/items/0/qty"    = "This must be a number."
    }
  }
}

test "an empty order lacks all that is required" {
  flow = "order_pricing"
  request { json = {} }
  expect { status = 422 }
  assert { condition = response.body.errors[*].pointer == ["/order_id", "/customer_email", "/country", "/items"] }
}

test "an order without items, with numbers for texts and a coupon of another form" {
  flow = "order_pricing"
  request "numbers" {
    json = {
      order_id       = 1001
      customer_email = 1
      country        = 49
      items          = []
      coupon         = 10
    }
    expect { status = 422 }
  }
  request "coupon" {
    json = {
      order_id       = "A-1001"
      customer_email = "jane@example.com"
      country        = "DE"
      items          = [{ sku = "LAMP-1", qty = 1, price = 40 }]
      coupon         = "lamp10"
    }
    expect { status = 422 }
  }
  assert {
    condition = { for e in responses.numbers.body.errors : e.pointer => e.expected } == {
      "/order_id"       = "string"
      "/customer_email" = "string"
      "/country"        = "string"
      "/items"          = "at least 1 element"
      "/coupon"         = "string"
    }
  }
  assert { condition = responses.coupon.body.errors[*].pointer == ["/coupon"] }
}
