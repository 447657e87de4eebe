# The flows whose waits `go run ./bench -replicas` compares: one with a backlog, and
# one that gets a request now and then.

flow "backlog" {
  trigger "webhook" {
    path = "/backlog"

    variable "order_id" {
      type = string
    }
    response {
      status = 202
    }
    concurrency {
      max   = 10000
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

flow "small" {
  trigger "webhook" {
    path = "/small"

    variable "order_id" {
      type = string
    }
    response {
      status = 202
    }
  }

  action "log" "done" {
    level   = "debug"
    message = "order ${webhook.order_id}"
  }
}
