# Sends the events of the shop to a partner. Each delivery is signed as Standard
# Webhooks defines, so that the partner can verify the sender. The partner gets
# at most one event per customer and minute.

secret "partner" {
  file = "demo-secret.txt" # for the tour; yours: env = "PARTNER_SECRET"
}

locals {
  partner_events = ["order.placed", "order.shipped", "order.returned"]
}

flow "partner_webhook" {
  label       = "Events for the partner"
  description = "Sends events of the shop to a partner, signed and throttled per customer."

  trigger "webhook" {
    path = "/shop/events"

    variable "event" {
      type = string
      enum = local.partner_events
    }
    variable "customer" {
      type    = string
      pattern = "^C-[0-9]+$"
    }
    variable "order" {
      type = object({ id = string, parcels = number, carrier = string })
    }

    response {
      status = 202
      json   = { accepted = webhook.order.id, run = run.id }
    }
  }

  # The field "event" is in the URL, in place of its placeholder, and in the
  # body. The name of "customer" in the body is "client".
  action "webhook" "partner" {
    url      = "${env("PARTNER_URL", "http://127.0.0.1:8080/partner/hooks")}/__event__"
    encoding = "json"

    field "event" {}

    field "customer" {
      param = "client"
    }
    field "order" {
      value = webhook.order.id
    }
    field "carrier" {
      value   = webhook.order.carrier
      default = "unknown"
    }

    throttle {
      key   = webhook.customer
      every = "1m"
    }

    sign "standard_webhooks" {
      secret = secret.partner
    }

    retry {
      attempts = 5
      initial  = "500ms"
    }
  }

  action "log" "delivered" {
    message = action.partner.throttled ? "customer ${webhook.customer} was reported within the last minute" : "the partner got ${webhook.order.id}: ${action.partner.body.receipt}"
  }

  on_error {
    action "log" "not_delivered" {
      level   = "error"
      message = "the partner did not get ${webhook.order.id}: ${error.message}"
    }
  }
}

# Replaces the partner, so that the example needs no other system. It verifies
# the signature as Standard Webhooks defines: over the id, the time and the body.
flow "partner_hooks" {
  label = "Stand-in for the partner"

  trigger "webhook" {
    path = "/partner/hooks/{event}"
    mode = "sync"

    auth "hmac" {
      secret           = base64decode(trimprefix(secret.partner, "whsec_"))
      header           = "webhook-signature"
      prefix           = "v1,"
      encoding         = "base64"
      timestamp_header = "webhook-timestamp"
      payload          = "${webhook.headers["webhook-id"]}.${webhook.headers["webhook-timestamp"]}.${webhook.raw}"
    }

    variable "client" {
      type = string
    }
    variable "order" {
      type = string
    }
  }

  action "respond" "receipt" {
    json = { receipt = "P-${substr(sha256("${webhook.path.event} ${webhook.order}"), 0, 6)}" }
  }
}
