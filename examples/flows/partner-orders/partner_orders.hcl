# Orders of partners. Each partner has a key that this gateway keeps: no file and no
# secret names it. Make one, and pass it on to the partner:
#
#   gateway keys create acme --flow partner_orders --expires 365d
#
# A lost key ends within a second with `gateway keys revoke acme`.

flow "partner_orders" {
  label       = "Orders of partners"
  description = "Accepts orders from partners, each with a key of its own."

  trigger "webhook" {
    path = "/partners/orders"
    mode = "sync"

    auth "key" {}

    # Each partner has its own rate.
    rate_limit {
      requests = 600
      key      = webhook.auth.name
    }
    variable "order_id" {
      type    = string
      pattern = "^[A-Z]-[0-9]+$"
    }
    variable "total" {
      type = number
      min  = 0
    }
  }

  action "log" "order" {
    message = "order ${webhook.order_id} of ${webhook.auth.name}"
  }

  action "respond" "accepted" {
    status = 201
    json = {
      order   = webhook.order_id
      partner = webhook.auth.name
    }
  }
}
