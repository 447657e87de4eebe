flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "Say hello" { message = "hello" } # error: Not a name: letters, digits, _ and -
  action "log" "1st" { message = "hello" } # error: Not a name: start with a letter
  action "log" "" { message = "hello" } # error: Not a name: letters, digits
  action "log" { message = "hello" } # error: Missing label: action "log" "NAME"
  action { message = "hello" } # error: Missing label: a kind and a name
  action "log" "a" "b" { message = "hello" } # error: Missing label: a kind and a name
  action "log" "c" { message = "hello" }
  action "log" "c" { message = "hello" } # error: Action named twice: on line 9
  action "branch" "d" {
    case "e" {
      when = webhook.body.f
      action "log" "c" { message = "hello" } # error: Action named twice: also across branches
    }
  }
}
