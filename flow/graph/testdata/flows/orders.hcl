flow "orders" {
  label = "Orders & more"

  trigger "webhook" {
    path = "/orders/{region}"
    mode = "sync"
    auth "bearer" { token = env("TOKEN", "0123456789abcdef0123456789abcdef") }
    auth "key" {}
    variable "total" { type = number }
  }

  action "http" "charge" {
    method = "POST"
    url    = "https://pay.example.com/charges?region=${webhook.path.region}"
    when   = webhook.total > 0
    retry { attempts = 5 }
  }
  action "branch" "stock" {
    case "paid" {
      when = try(action.charge.body.paid, false)
      action "loop" "items" {
        for_each = webhook.body.items
        action "http" "reserve" { url = "https://warehouse.example.com/${each.value}" }
      }
    }
    case "refused" {
      when = try(action.charge.status, 0) == 402
      action "respond" "refused" { status = 402 }
    }
  }
  action "parallel" "tell" {
    max = 2
    action "log" "team" { message = "an order" }
    action "flow" "keep" {
      flow     = "archive"
      wait     = false
      on_error = "continue"
    }
  }
  action "delay" "wait" { for = "1s" }
  action "respond" "done" {
    status = 201
    json   = { ok = true }
  }

  on_error {
    action "log" "failed" {
      message = <<-TEXT
        order failed:
        ${error.message}
      TEXT
    }
    action "respond" "sorry" { status = 503 }
  }
}

flow "archive" {
  enabled = false
  trigger "flow" {}
  action "loop" "pages" {
    while = each.index < 3
    action "log" "page" { message = "page ${each.index}" }
  }
}
