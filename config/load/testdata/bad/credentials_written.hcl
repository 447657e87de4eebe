secret "token" { env = "API_TOKEN" }
locals {
  password = "0123456789"
  logins   = { crm = local.password }
}
connection "sql" "crm" {
  driver = "postgres"
  url    = "postgres://gateway:0123456789@db.example.com/crm" # warning: Credential in a flow file: "url" holds a credential
}
connection "sql" "stock" {
  driver   = "mysql"
  host     = "db.example.com"
  database = "stock"
  username = "gateway"
  password = local.logins.crm # warning: Credential in a flow file: Declare secret "NAME" { env = "VARIABLE" }
}
connection "http" "keyed" {
  base_url = "https://api.example.com"
  headers  = { "X-Auth-Token" = "0123456789", X-Client = "gateway" } # warning: Credential in a flow file: "headers"
}
connection "http" "basic" {
  base_url = "https://api.example.com"
  basic {
    username = "shop"
    password = "0123456789" # warning: Credential in a flow file: "password"
  }
}
connection "http" "bearer" {
  base_url = "https://api.example.com"
  bearer { token = join("-", ["0123", "4567"]) } # warning: Credential in a flow file: "token"
}
connection "http" "header" {
  base_url = "https://api.example.com"
  header {
    name  = "X-Key"
    value = "0123456789" # warning: Credential in a flow file: "value"
  }
}
connection "jira" "it" {
  base_url = "https://example.atlassian.net"
  email    = "jane@example.com"
  token    = "0123456789" # warning: Credential in a flow file: "token"
}
connection "smtp" "mail" {
  host     = "smtp.example.com"
  username = "shop"
  password = "0123456789" # warning: Credential in a flow file: "password"
}
connection "slack" "team" {
  webhook_url = "https://hooks.slack.com/services/T0/B0/0123456789" # warning: Credential in a flow file: "webhook_url"
}
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "bearer" {
      token = [
        secret.token,
        "0123456789", # warning: Credential in a flow file: "token"
      ]
    }
    auth "hmac" {
      secret  = env("NEXT", "") != "" ? secret.token : "0123456789" # warning: Credential in a flow file: "secret"
      header  = "X-Signature"
      payload = webhook.raw
    }
  }
  action "http" "crm" {
    url     = "https://api.example.com/users/${webhook.body.id}?token_type=x&access_token=0123456789&page=${webhook.body.page}" # warning: Credential in a flow file: "url"
    headers = { Authorization = "Basic ${base64encode("shop:${local.password}")}", X-CSRF-Token = "fetch" } # warning: Credential in a flow file: "headers"
    query   = { api-key = "0123456789", partition_key = "eu" }                                             # warning: Credential in a flow file: "query"
  }
  action "webhook" "partner" {
    url = "https://partner.example.com"
    field "a" { value = "x" }
    sign "standard_webhooks" { secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" } # warning: Credential in a flow file: "secret"
  }
  action "exec" "backup" {
    command = ["backup"]
    env     = { BACKUP_PASSWORD = "0123456789", LANG = "C" } # warning: Credential in a flow file: "env"
  }
  action "respond" "end" { status = 204 }
}
