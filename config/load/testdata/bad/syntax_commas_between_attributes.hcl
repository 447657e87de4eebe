flow "orders" {
  trigger "webhook" {
    path = "/orders", # error: Comma after an attribute: leave it out
    mode = "sync"
  }
}
