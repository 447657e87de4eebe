flow "orders" {
  trigger "webhook" {
    path = "/orders # error: Unclosed text: no closing quote on this line
    mode = "sync"
  }
}
