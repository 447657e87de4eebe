# Names of headers and values of an enum as they can arrive.
locals { wanted_state = "paused" }

flow "orders" {
  trigger "webhook" {
    variable "state" { enum = ["open", "closed"] }
    variable "level" {
      type = number
      enum = [1, 2]
    }
    variable "note" { type = string }
  }
  action "log" "header" { message = coalesce(webhook.headers["x_Shop.Id~1"], webhook.headers["X-Shop"], "none") }
  action "log" "member" { message = try(webhook.body.headers["X Shop"], "none") }
  action "log" "open" {
    when    = webhook.state == "open" || webhook.state != null
    message = "open"
  }
  action "log" "level" {
    when    = webhook.level == 2.0
    message = "level"
  }
  action "log" "listed" {
    when    = contains(["open", "closed", null], webhook.state) || contains([local.wanted_state], webhook.state) || contains(["x"], webhook.note)
    message = "listed"
  }
  action "log" "local" {
    when    = webhook.state == local.wanted_state
    message = "local"
  }
  action "log" "note" {
    when    = webhook.note == "opne" || upper(coalesce(webhook.state, "none")) == "OPEN"
    message = "note"
  }
}
