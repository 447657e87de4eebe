secret "key" { env = "KEY" }
flow "read" {
  trigger "webhook" {
    path = "/read"
    mode = "sync"
    auth "header" {
      name  = "X-Api-Key"
      value = secret.key
    }
    auth "query" {
      name  = "token"
      value = secret.key
    }
    variable "who" { # error: Credential of the caller: The variable "who" reads a credential
      type = string
      from = webhook.headers["authorization"]
    }
    dedupe { key = webhook.headers["X-Api-Key"] } # error: Credential of the caller: webhook.headers.X-Api-Key proves who the caller is
  }
  action "log" "cookie" { message = webhook.headers.Cookie }                 # error: Credential of the caller: webhook.headers.Cookie proves
  action "log" "query" { message = webhook.query.token }                     # error: Credential of the caller: webhook.query.token proves
  action "transform" "jq" { jq = "$webhook.headers[\"X-API-Key\"]" }         # error: Credential of the caller: flows can't read it
  action "log" "call" { message = jq("$webhook.headers.Authorization", 1) }  # error: Credential of the caller: flows can't read it
  action "log" "lifted" { message = nonsensitive(webhook.headers["cookie"]) } # error: Credential of the caller: flows can't read it
  action "log" "id" { message = webhook.headers["Webhook-Id"] }
  action "respond" "end" { status = 204 }
}
flow "async" {
  trigger "webhook" {
    path    = "/async"
    forward = ["Authorization"] # error: Only for sync flows: Set mode = "sync"
  }
  action "log" "x" { message = "x" }
}
flow "forward" {
  trigger "webhook" {
    path    = "/forward"
    mode    = "sync"
    forward = ["Authorization"]
  }
  action "http" "send" {
    url     = "https://a.example.com"
    headers = { Authorization = webhook.headers["Authorization"] }
  }
  action "http" "body" {
    url  = "https://a.example.com"
    json = { token = webhook.headers["Authorization"] } # error: Credential of the caller: Only "headers" of the actions http and webhook may read it
  }
  action "respond" "end" { status = 204 }
}
