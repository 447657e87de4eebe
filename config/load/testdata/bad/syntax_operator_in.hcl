flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    when    = webhook.body.sku in ["A", "B"] # error: Unknown operator: contains(list, value)
    message = "a"
  }
}
