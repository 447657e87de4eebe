# The flow that `go run ./bench -flood` calls while others attack the gateway.

secret "shop" { env = "BENCH_SECRET" }

flow "orders" {
  trigger "webhook" {
    path = "/orders"
    mode = "sync"

    auth "hmac" {
      secret = secret.shop
      header = "X-Signature"
    }
    variable "order_id" {
      type = string
    }
    response {
      json = { accepted = webhook.order_id }
    }
  }
}
