locals {
  none = 0
  rate = 5 / local.none # error: Division by zero: The divisor of this division is 0
}
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "qty" { type = number }
  }
  action "respond" "a" {
    when = webhook.qty % 0 == 0 # error: Division by zero: remainder
  }
  action "respond" "b" {
    status = webhook.qty > 5 ? 200 : "many" # error: Wrong type: must be a number, but it is a string
  }
  action "respond" "c" {
    body = webhook.qty > 5 ? "many" : [webhook.qty] # error: Wrong type: must be a string, but it is a list
  }
}
