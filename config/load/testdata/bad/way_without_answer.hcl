flow "orders" { # warning: An answer can be missed: give the trigger a response block
  trigger "webhook" { mode = "sync" }
  action "branch" "size" {
    case "large" {
      when = webhook.body.total > 100
      action "respond" "review" { status = 202 }
    }
  }
}
flow "nothing" { # warning: An answer can be missed: a respond on every path
  trigger "webhook" { mode = "sync" }
}
flow "skipped" { # warning: An answer can be missed: a respond on every path
  trigger "webhook" { mode = "sync" }
  action "respond" "sometimes" { when = webhook.body.a }
}
