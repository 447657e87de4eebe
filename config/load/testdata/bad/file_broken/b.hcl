locals { greeting = "Hello from ${local.shop}" }
flow "orders" {
  label = local.shop
  trigger "webhook" {
    mode = "sync"
    auth "bearer" { token = secret.token }
    response { status = 202 }
  }
  action "http" "a" { connection = connection.http.stock }
  action "log" "b" { message = "${local.greeting} ${webhok.body}" } # error: Unknown name: Did you mean "webhook"?
}
