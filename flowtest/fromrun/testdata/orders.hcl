secret "shop" {
  env = "SHOP"
}
gateway {
  egress {
    allow = ["127.0.0.1/32"]
  }
}
flow "orders" {
  trigger "webhook" {
    path = "/orders/{shop}"
    variable "email" {
      type   = string
      format = "email"
    }
    variable "items" {
      type = list(object({ sku = string }))
      min  = 1
    }
    auth "hmac" {
      header = "X-Signature"
      secret = secret.shop
    }
  }
  action "loop" "each" {
    for_each = webhook.items
    action "http" "reserve" {
      url  = "http://127.0.0.1:28999/reserve"
      json = { sku = each.value.sku }
    }
  }
  action "http" "ship" {
    url     = "http://127.0.0.1:28999/ship"
    json    = { to = webhook.email }
    retry {
      attempts = 3
      initial = "10ms"
    }
  }
}
