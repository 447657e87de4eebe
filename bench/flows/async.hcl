# Async flows that `go run ./bench -async` measures.

gateway {
  egress {
    allow = ["127.0.0.1"]
  }
}

# Accepted and durable: runs start one at a time and wait for an hour; all others
# are queued.
flow "accepted" {
  trigger "webhook" {
    path = "/accepted"

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

  action "delay" "hour" {
    for = "1h"
  }
}

# Accepted and finished: one transform, one log line.
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

# The same with a call to another server between the two.
flow "called" {
  trigger "webhook" {
    path = "/called"

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

  action "http" "tell" {
    url  = "${env("BENCH_PEER", "http://127.0.0.1:1")}/told"
    json = { order = webhook.order_id, total = action.sum.value.total }
  }

  action "log" "done" {
    level   = "debug"
    message = "order ${webhook.order_id}: ${action.tell.body.ok}"
  }
}
