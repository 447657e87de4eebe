secret "shop" {
  env = "SHOP"
}

flow "orders" {
  trigger "webhook" {
    path = "/orders/{shop}"
    mode = "sync"
    variable "email" {
      type   = string
      format = "email"
      max    = 40
    }
    variable "kind" {
      type     = string
      enum     = ["large", "small"]
      required = false
    }
    variable "items" {
      type = list(object({ sku = string }))
      min  = 1
    }
    variable "shop" {
      type    = string
      from    = webhook.path.shop
      pattern = "^[a-z]+$"
    }
    auth "bearer" {
      token = secret.shop
    }
    response {
      status = 204
    }
  }
  action "branch" "size" {
    case "large" {
      when = webhook.kind == "large"
      action "log" "big" {
        message = "big"
      }
    }
  }
  action "http" "charge" {
    url      = "https://pay.example.com/"
    on_error = "continue"
  }
  action "http" "ship" {
    url = "https://ship.example.com/"
  }
  on_error {
    action "log" "sorry" {
      message = error.message
    }
  }
}
