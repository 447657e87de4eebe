flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    when    = webhook.body.a and webhook.body.b # error: Unknown operator: For "and" write &&
    message = "a"
  }
}
