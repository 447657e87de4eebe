flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    when    = webhook.body.a & webhook.body.b # error: Unknown operator: write && with two signs
    message = "a"
  }
}
