# The flows that `go run ./bench` measures: a signature or a password, JSON,
# variables, one jq program, one template, one answer.

secret "customer" { env = "BENCH_PASSWORD" }

flow "hmac" {
  trigger "webhook" {
    path = "/hmac"
    mode = "sync"

    auth "hmac" {
      secret = secret.customer
      header = "X-Signature"
      prefix = "sha256="
    }

    variable "order_id" {
      type = string
    }
    variable "customer" {
      type = string
    }
    variable "items" {
      type = array
      min  = 1
    }
  }

  action "transform" "sum" {
    jq = "{count: (.items | length), total: ([.items[] | .qty * .price] | add)}"
  }

  action "respond" "answer" {
    json = {
      order   = webhook.order_id
      count   = action.sum.value.count
      total   = action.sum.value.total
      message = "Order ${webhook.order_id} of ${webhook.customer} is confirmed"
    }
  }
}

flow "basic" {
  trigger "webhook" {
    path = "/basic"
    mode = "sync"

    auth "basic" {
      username = "shop"
      password = secret.customer
    }

    variable "order_id" {
      type = string
    }
    variable "customer" {
      type = string
    }
    variable "items" {
      type = array
      min  = 1
    }
  }

  action "transform" "sum" {
    jq = "{count: (.items | length), total: ([.items[] | .qty * .price] | add)}"
  }

  action "respond" "answer" {
    json = {
      order   = webhook.order_id
      count   = action.sum.value.count
      total   = action.sum.value.total
      message = "Order ${webhook.order_id} of ${webhook.customer} is confirmed"
    }
  }
}
