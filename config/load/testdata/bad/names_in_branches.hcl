flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "branch" "size" {
    case "large" {
      when = webhook.body.total > 100
      action "http" "stock" { url = "https://api.example.com" }
      action "log" "fine" { message = action.stock.text }
    }
    default {
      action "log" "other" { message = action.stock.text } # error: Unknown name: (line 6) may not have run
    }
  }
  action "log" "after" { message = action.stock.text } # error: Unknown name: may not have run
  action "log" "case" { message = action.size.cse } # error: Unknown name: Did you mean "case"?
  on_error {
    action "log" "failed" { message = "${action.stock.text} ${error.mesage}" } # error: Unknown name: Did you mean "message"?
  }
}
