flow "orders" {
  trigger "webhook" { # error: Block without an end: It seems to belong before line 6
    path = "/orders"
    mode = "sync"

  action "respond" "ok" {
    status = 200
  }
}
