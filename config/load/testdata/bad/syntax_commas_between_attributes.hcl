flow "orders" {
  trigger "webhook" {
    path = "/orders", # error: Comma after an attribute: without a comma
    mode = "sync"
  }
}
