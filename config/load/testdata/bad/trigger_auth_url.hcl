secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "hmac" { # warning: Public URL not set: Write gateway { public_url = "https://hooks.example.com" }
      secret  = secret.token
      header  = "X-Signature"
      payload = "${public_url}${webhook.url}${webhook.raw}"
    }
    response {}
  }
}
