flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    when    = webhook.body.a <> 1 # error: Wrong comparison: Write >= for at least
    message = "a"
  }
}
