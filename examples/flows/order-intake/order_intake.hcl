# A shop sends its orders. It gets the answer as soon as the order is on disk,
# and does not wait for the warehouse. An order that arrives twice starts one
# run, the orders of one customer run one after another, and the run repeats the
# request to the warehouse if that is down.

secret "shop_password" {
  file = "demo-password.txt" # for the tour; yours: env = "SHOP_PASSWORD"
}

flow "order_intake" {
  label       = "Order intake"
  description = "Accepts orders at once and sends them to the warehouse in the background."

  trigger "webhook" {
    path = "/intake/{region}"

    auth "basic" {
      username = "shop"
      password = secret.shop_password
    }

    variable "order_id" {
      type = string
    }
    variable "customer" {
      type   = string
      format = "email"
    }
    variable "items" {
      type = list(object({ sku = string, qty = number }))
      min  = 1
    }

    dedupe {
      key = webhook.order_id
      ttl = "7d"
    }

    order_by = webhook.customer

    concurrency {
      max   = 8
      queue = 50000
    }

    response {
      status = 202
      json   = { accepted = webhook.order_id, run = run.id }
    }
  }

  retry {
    attempts = 5
    initial  = "5s"
    max      = "10m"
  }

  action "transform" "parcel" {
    jq = "{ pieces: (map(.qty) | add), lines: map(\"\\(.qty) x \\(.sku)\") }"

    input = webhook.items
  }

  action "http" "warehouse" {
    url = env("WAREHOUSE_URL", "http://127.0.0.1:8080/warehouse")
    json = {
      order  = webhook.order_id
      region = webhook.path.region
      pieces = action.parcel.value.pieces
      lines  = action.parcel.value.lines
    }

    retry {
      attempts = 3
      initial  = "200ms"
    }
  }

  action "log" "handed_over" {
    message = "order ${webhook.order_id}: ${action.parcel.value.pieces} pieces, slip ${action.warehouse.body.slip}"
  }

  on_error {
    action "log" "given_up" {
      level   = "error"
      message = "order ${webhook.order_id} was not handed over: ${error.message}"
    }
  }
}

# Replaces the warehouse, so that the example needs no other system.
flow "warehouse" {
  label = "Stand-in for the warehouse"

  trigger "webhook" {
    path = "/warehouse"
    mode = "sync"

    variable "order" {
      type = string
    }
    variable "pieces" {
      type = number
      min  = 1
    }
  }

  action "respond" "slip" {
    json = { slip = "W-${substr(sha256(webhook.order), 0, 6)}" }
  }
}
