flow "orders" {
  trigger "webhook" {
    path = "/orders # error: Text without an end: no closing quote on this line
    mode = "sync"
  }
}
