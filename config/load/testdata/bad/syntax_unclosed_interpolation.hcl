flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "hello" {
    message = "order ${webhook.body.order" # error: Unclosed ${: no closing brace
  }
}
