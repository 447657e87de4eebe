secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" { message = "order {{webhook.body.order}}" } # warning: Not a reference: To insert the value write ${webhook.body.order}.
  action "log" "b" { message = "order {{ .webhook.body.order }}" } # warning: Not a reference: To insert the value write ${webhook.body.order}.
  action "log" "c" { message = "order $webhook.body.order" } # warning: Not a reference: To insert the value write ${webhook.body.order}.
  action "log" "d" { message = "webhook.body.order" } # warning: Not a reference: write webhook.body.order without quotes
  action "http" "e" {
    url = "https://api.example.com"
    # warning@+2: Not a reference: ${webhook.body.order}
    text = <<-EOT
      order {{ webhook.body.order }}
    EOT
  }
  action "respond" "f" {
    json = { token = "secret.token" } # warning: Not a reference: secret.token without quotes
  }
}
