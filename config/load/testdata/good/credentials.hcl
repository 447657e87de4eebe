# Credentials that no flow file states, and values that are none.
secret "token" { env = "API_TOKEN" }
secret "password" { file = "../files/secret.txt" }
locals {
  login = "Basic ${base64encode("shop:${secret.password}")}"
  from  = env("SHOP_PASSWORD", "")
}
connection "sql" "crm" {
  driver = "postgres"
  url    = "postgres://gateway:${urlencode(secret.password)}@db.example.com/crm?sslmode=require"
}
connection "sql" "stock" {
  driver = "mysql"
  url    = "mysql://gateway@db.example.com/stock"
}
connection "smtp" "mail" {
  host     = "smtp.example.com"
  username = "shop"
  password = local.from != "" ? local.from : secret.password
}
connection "http" "api" {
  base_url = "https://api.example.com/a:b@c"
  headers  = { X-Author = "shop", X-Atlassian-Token = "no-check", X-Api-Key = env("API_TOKEN", "") }
  bearer { token = env("SHOP_PASSWORD", "") }
}
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "bearer" { token = [secret.token] }
    auth "query" {
      name  = "key"
      value = secret.token
    }
  }
  action "http" "crm" {
    url     = "https://api.example.com/users?api_key=${secret.token}&q=a"
    headers = { Authorization = local.login, "X-Api-Key" = "" }
    query   = { api_key = secret.token, key = "name", page_token = "next" }
  }
  action "http" "run" {
    url     = "https://api.example.com/users?api_key=${webhook.body.key}"
    headers = { Authorization = "Bearer ${webhook.body.token}" }
  }
  action "respond" "end" { status = 204 }
}
