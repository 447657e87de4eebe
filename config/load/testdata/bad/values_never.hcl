flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "state" { enum = ["open", "closed"] }
    variable "level" {
      type = number
      enum = [1, 2]
    }
  }
  action "log" "a" { message = coalesce(webhook.headers["X Shop"], "none") } # error: Wrong header name: No header can be called "X Shop", so this never finds one: a name consists of letters, digits and !#$%&'*+-.^_`|~. Write webhook.headers["X-Shop"].
  action "http" "b" { url = "https://api.example.com" }
  action "log" "c" { message = coalesce(action.b.headers["ETag:"], "none") } # error: Wrong header name: Write action.b.headers["ETag"].
  action "log" "d" {
    when    = webhook.state == "opne" # error: Value outside of enum: This is always false: webhook.state is never "opne". Did you mean "open"?
    message = "d"
  }
  action "log" "e" {
    when    = "cancelled" != (webhook.state) # error: Value outside of enum: This is always true: webhook.state is never "cancelled". Its enum has "open", "closed".
    message = "e"
  }
  action "log" "f" {
    when    = contains(["open", "closd"], webhook.state) # error: Value outside of enum: webhook.state is never "closd". Did you mean "closed"?
    message = "f"
  }
  action "branch" "g" {
    case "paused" {
      when = webhook.state == "paused" # error: Value outside of enum: webhook.state is never "paused". Its enum has "open", "closed".
      action "log" "h" { message = "h" }
    }
  }
  action "log" "i" {
    when    = webhook.level == 3 # error: Value outside of enum: webhook.level is never 3. Its enum has 1, 2.
    message = "f"
  }
}

flow "part" {
  trigger "flow" {
    variable "state" { enum = ["open", "closed"] }
  }
  action "log" "a" {
    when    = input.state == "Open" # error: Value outside of enum: input.state is never "Open". Did you mean "open"?
    message = "a"
  }
}
