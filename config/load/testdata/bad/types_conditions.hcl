flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "qty" { type = number }
    variable "sku" { type = string }
    variable "items" { type = array }
  }
  action "log" "a" {
    when    = webhook.sku # error: Wrong type: A condition is true or false, but this is a text
    message = webhook.qty ? "some" : "none" # error: Not a condition: this is a number
  }
  action "log" "b" {
    when    = !webhook.items # error: Not a condition: length(…) > 0
    message = "b"
  }
  action "log" "c" {
    when    = "yes" # error: Wrong type: Write true or false
    message = "c"
  }
  action "branch" "d" {
    case "e" { when = webhook.qty } # error: Wrong type: Compare it
    case "f" { when = webhook.sku && true } # error: Not a condition: this is a text
  }
}
