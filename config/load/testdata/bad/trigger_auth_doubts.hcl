secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "hmac" {
      secret  = "short" # warning: Doubtful value: shorter than 8 bytes # warning: Credential in a flow file: "secret" holds a credential
      header  = "X-Signature"
      payload = webhook.headers["X-Timestamp"] # warning: Body not signed: webhook.raw
    }
    auth "bearer" { token = "secret.token" } # warning: Not a reference: secret.token without quotes
    response { status = 202 }
  }
}
