test "a small order that can't be charged" {
  flow = "orders"
  request {
    path = "/orders/abc"
    json = { email = "a@example.com", kind = "small", items = [{ sku = "x" }] }
  }
  mock "charge" {
    error { message = "no" }
  }
  mock "ship" { status = 200 }
  expect { status = 204 }
}

test "an order that can't be shipped" {
  flow = "orders"
  request {
    path = "/orders/abc"
    json = { email = "a@example.com", items = [{ sku = "x" }] }
  }
  mock "charge" { status = 200 }
  mock "ship" {
    error { message = "no" }
  }
  expect { status = 502 }
}

test "a stranger" {
  flow = "orders"
  request {
    path   = "/orders/abc"
    signed = false
    json   = {}
  }
  expect { status = 401 }
}

test "wrong types" {
  flow = "orders"
  request {
    path = "/orders/ABC"
    json = { email = 1, kind = [], items = [{ sku = 1 }] }
  }
  expect { status = 422 }
}

test "nothing" {
  flow = "orders"
  request {
    path = "/orders/abc"
    json = {}
  }
  expect { status = 422 }
}

test "wrong values" {
  flow = "orders"
  request {
    path = "/orders/abc"
    json = {
      email = "this-is-no-address-and-it-is-too-long-for-the-rule"
      kind  = "medium"
      items = []
    }
  }
  expect { status = 422 }
}
