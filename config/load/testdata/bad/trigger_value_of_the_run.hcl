secret "password" { env = "SHOP_PASSWORD" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/${run.id}" # error: Value not fixed: can't depend on run
    auth "basic" {
      username = webhook.body.user # error: Value not fixed: can't depend on webhook
      password = secret.password
    }
  }
}
