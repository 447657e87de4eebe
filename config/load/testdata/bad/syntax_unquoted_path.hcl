flow "orders" {
  trigger "webhook" {
    path = /orders # error: Text without quotes: "/orders"
    mode = "sync"
  }
}
