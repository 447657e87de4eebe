flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    when    = not webhook.body.a # error: Unknown operator: For "not" write !
    message = "a"
  }
}
