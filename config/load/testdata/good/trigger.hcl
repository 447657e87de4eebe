# Every part of a trigger that this version knows.
gateway {
  trusted_proxies = ["10.0.0.0/8", "2001:db8::1"]
  proxy_protocol  = true
}
flow "orders" {
  label       = "Shop orders"
  description = "Takes orders."
  enabled     = true

  trigger "webhook" {
    path          = "/orders/{region}/new"
    methods       = ["POST", "PUT"]
    content_types = ["json", "form", "multipart", "xml", "text", "text/csv", "image/*"]
    mode          = "sync"
    allow_ips     = ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"]
    strict        = true
    timeout       = "1m30s"

    variable "order_id" {
      type        = string
      description = "Order number"
      pattern     = "^[A-Z]-[0-9]+$"
      min         = 3
      max         = 20
    }
    variable "email" {
      type   = string
      format = "email"
      from   = webhook.body.customer.email
    }
    variable "total" {
      type = number
      min  = 0
    }
    variable "currency" {
      type    = string
      enum    = ["EUR", "CHF"]
      default = env("SHOP_CURRENCY", "EUR")
    }
    variable "items" {
      type = list(object({ sku = string, qty = number, note = optional(string), gift = optional(bool, false) }))
      min  = 1
    }
    variable "tags" {
      type     = map(string)
      required = false
    }
    variable "pair" {
      type     = tuple([string, number])
      required = false
    }
    variable "anything" { required = false }
    variable "list" {
      type    = array
      default = []
    }
    variable "extra" {
      type    = object
      default = { a = 1 }
    }
    variable "express" {
      type    = bool
      from    = webhook.query.express
      default = false
    }
    variable "request_id" {
      type     = string
      from     = webhook.headers["X-Request-Id"]
      required = false
    }
    variable "region" {
      type = string
      from = webhook.path.region
    }
    variable "first_line" {
      type     = string
      from     = webhook.body.lines[0]["text"]
      required = false
    }

    response {
      status  = webhook.express ? 201 : 202
      headers = { X-Region = webhook.region, "X-Total" = webhook.total }
      json    = { run = run.id, order = webhook.order_id }
    }
  }
}

flow "off" {
  enabled = false
  trigger "webhook" {
    mode   = "sync"
    rotate = 2
    response { body = "thanks" }
  }
}

flow "empty_answer" {
  trigger "webhook" {
    path    = "/orders/{region}/old"
    methods = ["GET", "HEAD", "PATCH", "DELETE", "OPTIONS"]
    mode    = "sync"
    response { status = 204 }
  }
}

flow "same_path_other_method" {
  trigger "webhook" {
    path    = "/orders/{area}/old"
    methods = ["POST"]
    mode    = "sync"
    response {}
  }
}
