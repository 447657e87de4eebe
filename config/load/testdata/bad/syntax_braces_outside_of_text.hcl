flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "hello" {
    message = {{ webhook.body.order }} # error: Not an object: NAME = VALUE
  }
}
