flow "orders" {
  trigger "webhook" { # error: Unclosed block: It seems to belong before line 6
    path = "/orders"
    mode = "sync"

  action "respond" "ok" {
    status = 200
  }
}
