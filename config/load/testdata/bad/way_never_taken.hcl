flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "off" {
    when    = false # warning: Action never runs: always false
    message = "off"
  }
  action "log" "contradiction" {
    when    = 1 > 2 # warning: Action never runs: always false
    message = "off"
  }
  action "branch" "size" {
    case "none" {
      when = false # warning: Actions never run: always false
    }
    case "all" {
      when = true
    }
    case "rest" { # warning: Actions never run: case "all" is always true
      when = webhook.body.total > 100
    }
  }
  action "respond" "ok" {}
}
