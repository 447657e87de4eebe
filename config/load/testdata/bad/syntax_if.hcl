flow "orders" {
  trigger "webhook" { mode = "sync" }
  if webhook.body.total > 100 { # error: No such statement: action "branch"
    action "log" "large" { message = "large" }
  }
}
