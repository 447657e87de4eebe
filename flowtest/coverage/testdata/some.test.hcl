test "a large order" {
  flow = "orders"
  request {
    path = "/orders/abc"
    json = { email = "a@example.com", kind = "large", items = [{ sku = "x" }] }
  }
  mock "charge" { status = 200 }
  mock "ship" { status = 200 }
  expect { status = 204 }
}
