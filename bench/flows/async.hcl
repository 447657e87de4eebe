# Async flows that `go run ./bench -async` measures.

# Accepted and done: one transform, one line of log.
flow "finished" {
  trigger "webhook" {
    path = "/finished"

    variable "order_id" {
      type = string
    }
    response {
      status = 202
    }
    concurrency {
      max   = 64
      queue = 10000000
    }
  }

  action "transform" "sum" {
    jq = "{count: (.items | length), total: ([.items[] | .qty * .price] | add)}"
  }

  action "log" "done" {
    level   = "debug"
    message = "order ${webhook.order_id}: ${action.sum.value.total}"
  }
}

# Accepted and durable: the first run waits for longer than the measurement,
# and all others wait behind it.
flow "durable" {
  trigger "webhook" {
    path     = "/durable"
    order_by = "all"

    variable "order_id" {
      type = string
    }
    response {
      status = 202
    }
    concurrency {
      max   = 1
      queue = 10000000
    }
  }

  action "delay" "hold" {
    for = "1h"
  }
}
