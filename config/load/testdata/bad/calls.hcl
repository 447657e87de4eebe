flow "orders" {
  trigger "webhook" {}
  action "flow" "a" { flow = "nobody" } # error: Unknown flow: There is no flow "nobody"
  action "flow" "b" { flow = "look_up" } # error: Unknown flow: Did you mean "lookup"?
  action "flow" "c" { flow = "orders" } # error: Flow can't be called: has trigger "webhook"
  action "flow" "d" { flow = "lookup" } # error: Missing input: needs "email"
  action "flow" "e" {
    flow  = "lookup"
    input = { name = "x" } # error: Missing input: needs "email"
  }
  action "flow" "f" {
    flow = "lookup"
    input = {
      email = "a@example.com"
      nane  = "x" # error: Unknown input: Did you mean "name"?
    }
  }
  action "flow" "g" { flow = "off" } # warning: Flow is disabled: has enabled = false
  action "log" "h" { message = input.email } # error: Unknown name: trigger "flow" only
}
flow "lookup" {
  trigger "flow" {
    variable "email" {
      type   = string
      format = "email"
    }
    variable "name" {
      required = false
      from     = webhook.body.name # error: Unknown attribute: no attribute "from"
    }
    variable "name" {} # error: Wrong name: has a variable "name" already
  }
  action "log" "a" { message = input.phone } # error: Unknown name: phone
}
flow "off" {
  enabled = false
  trigger "flow" {}
  action "log" "a" { message = input.anything }
  action "respond" "b" {} # error: No caller to answer: action "stop" with output
}
flow "endless" {
  trigger "flow" {}
  action "log" "a" { message = "again" }
  action "flow" "b" { flow = "endless" } # warning: Calls without an end: Flow "endless" calls itself in every run
}
flow "ping" {
  trigger "flow" {}
  action "flow" "a" {
    flow = "pong" # warning: Calls without an end: calls "pong", which calls "ping"
    wait = false
  }
}
flow "pong" {
  trigger "flow" {}
  action "flow" "a" { flow = "ping" }
}
flow "ends" {
  trigger "flow" {}
  action "flow" "a" {
    when = input.more
    flow = "ends"
  }
}
flow "stops" {
  trigger "flow" {}
  action "stop" "a" { when = !input.more }
  action "flow" "b" { flow = "stops" }
}
