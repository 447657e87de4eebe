# Checks an order against its declaration, computes its price with jq, and
# answers with the totals. The answer to a wrong order lists all mistakes.

locals {
  tax      = 0.19
  shipping = { DE = 4.9, AT = 7.9, CH = 12.5 }
}

flow "order_pricing" {
  label       = "Order pricing"
  description = "Validates an order and answers with its price."

  trigger "webhook" {
    path = "/orders/price"
    mode = "sync"

    variable "order_id" {
      type        = string
      description = "Order number of the shop"
    }
    variable "customer_email" {
      type   = string
      format = "email"
    }
    variable "country" {
      type = string
      enum = ["DE", "AT", "CH"]
    }
    variable "items" {
      type = list(object({ sku = string, qty = number, price = number }))
      min  = 1
    }
    variable "coupon" {
      type     = string
      required = false
      pattern  = "^[A-Z0-9]{4,12}$"
    }
    variable "request_id" {
      type     = string
      from     = webhook.headers["X-Request-Id"]
      required = false
    }
  }

  action "transform" "net" {
    jq = <<-JQ
      def cents: . * 100 | round / 100;
      (map(.qty * .price) | add) as $net
      | {
          lines: map({sku, sum: (.qty * .price | cents)}),
          net: ($net | cents),
          discount: (if $webhook.coupon == "LAMP10" then $net * 0.1 | cents else 0 end)
        }
    JQ

    input = webhook.items
  }

  action "respond" "price" {
    headers = { X-Request-Id = coalesce(webhook.request_id, run.id) }
    json = {
      order    = webhook.order_id
      lines    = action.net.value.lines
      net      = action.net.value.net
      discount = action.net.value.discount
      shipping = local.shipping[webhook.country]
      total    = floor(((action.net.value.net - action.net.value.discount) * (1 + local.tax) + local.shipping[webhook.country]) * 100 + 0.5) / 100
    }
  }
}
