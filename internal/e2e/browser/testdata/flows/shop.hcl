# The flows of the walk through the dashboard.
secret "shop_password" {
  env = "SHOP_PASSWORD"
}

gateway {
  egress {
    allow = ["127.0.0.1"]
  }
}

flow "shop_order" {
  label       = "Shop orders"
  description = "Prices an order, stores it and tells the warehouse."

  trigger "webhook" {
    path     = "/shop/{region}/orders"
    max_body = "16MiB"

    auth "basic" {
      username = "shop"
      password = secret.shop_password
    }
    variable "order_id" {
      type    = string
      pattern = "^[A-Za-z0-9-]{1,40}$"
    }
    variable "items" {
      type = list(object({ sku = string, qty = number, price = number }))
      min  = 1
    }
    variable "note" {
      type    = string
      default = ""
    }
  }

  action "transform" "sum" {
    input = webhook.items
    jq    = "{ count: (map(.qty) | add), total: (map(.qty * .price) | add) }"
  }

  action "loop" "reserve" {
    for_each = webhook.items
    action "http" "stock" {
      url  = "${env("WAREHOUSE")}/stock/${each.value.sku}"
      json = { qty = each.value.qty }
    }
  }

  action "http" "warehouse" {
    url  = "${env("WAREHOUSE")}/orders"
    json = { id = webhook.order_id, total = action.sum.value.total, region = webhook.path.region }
  }
}

flow "stock_alert" {
  label       = "Stock alerts"
  description = "Passes alerts of the warehouse on."

  trigger "webhook" {
    path = "/alerts"
    mode = "sync"
    variable "sku" {
      type = string
    }
    variable "left" {
      type = number
    }
  }

  action "transform" "text" {
    input = webhook.sku
    jq    = "\"Only few left of \" + ."
  }
}

flow "nightly_report" {
  label       = "Nightly report"
  description = "Runs each night."

  trigger "schedule" {
    cron = "0 3 * * *"
  }

  action "log" "note" {
    message = "report"
  }
}

flow "newsletter_start" {
  description = "Waits a day before the first mail."

  trigger "webhook" {
    path = "/newsletter"
  }

  action "delay" "a_day" {
    for = "24h"
  }

  action "log" "welcome" {
    message = "welcome"
  }
}

flow "goods_return" {
  label       = "Shop orders"
  description = "Takes goods back and pays the money back in a run of its own."

  trigger "webhook" {
    path = "/returns"
    variable "order_id" {
      type = string
    }
  }

  action "flow" "refund" {
    flow  = "refund"
    input = { order_id = webhook.order_id }
    wait  = false
  }
}

flow "refund" {
  label       = "Payments"
  description = "Pays the money of an order back."

  trigger "flow" {
    variable "order_id" {
      type = string
    }
  }

  action "log" "paid" {
    message = "${input.order_id} was paid back"
  }
}
