flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "respond" "ok" { status = 202 }
  action "log" "never" { message = "too late" } # warning: Action never runs: action "ok" always ends the run
  on_error {
    action "stop" "enough" {}
    action "log" "failed" { message = "too late" } # warning: Action never runs: action "enough" always ends the run
  }
}
flow "branches" {
  trigger "webhook" { mode = "sync" }
  action "branch" "size" {
    case "large" {
      when = webhook.body.total > 100
      action "respond" "large" {}
      action "log" "inside" { message = "too late" } # warning: Action never runs: action "large" always ends
    }
    default {
      action "respond" "small" { when = true }
    }
  }
  action "log" "behind" { message = "too late" } # warning: Action never runs: action "size" always ends
}
