secret "hook" { env = "API_TOKEN" }

gateway {
  egress { allow = ["10.0.0.1:8080", "127.0.0.1"] }
}

connection "http" "stock" {
  base_url = "https://192.168.1.5/v2" # error: Address refused: 192.168.1.5 is a private address (RFC 1918), which is refused unless it is named; to allow it write gateway { egress { allow = ["192.168.1.5:443"] } }.
}

connection "smtp" "shop" {
  host = "10.0.0.2" # error: Address refused: allow = ["10.0.0.2:587"]
}

connection "sql" "crm" {
  driver = "postgres"
  url    = "postgres://gateway@10.0.0.3/crm" # error: Address refused: allow = ["10.0.0.3:5432"]
}

connection "jira" "it" {
  base_url = "http://[fd00::1]:8080" # error: Address refused: allow = ["[fd00::1]:8080"]
  token    = env("JIRA_TOKEN", "x")
}

connection "slack" "team" {
  webhook_url = "http://100.64.0.1/${secret.hook}" # error: Address refused: allow = ["100.64.0.1:80"]
}

flow "keys" {
  trigger "webhook" {
    mode = "async"
    auth "jwt" {
      jwks_url = "https://10.0.0.4/keys" # error: Address refused: allow = ["10.0.0.4:443"]
      audience = "orders"
    }
    auth "jwt" {
      jwks_url = "http://127.0.0.1:8080/keys"
      audience = "orders"
      header   = "X-Token"
    }
  }
}

flow "a" {
  trigger "webhook" { mode = "async" }
  action "http" "other_port" { url = "http://10.0.0.1/a" } # error: Address refused: allow = ["10.0.0.1:80"]
  action "http" "metadata" { url = "http://169.254.169.254/latest" } # error: Address refused: allow = ["169.254.169.254:80"]
  action "http" "value_in_path" { url = "http://10.0.0.9/users/${webhook.body.id}" } # error: Address refused: allow = ["10.0.0.9:80"]
  action "webhook" "partner" {
    url = "http://10.0.0.9/__event__" # error: Address refused: allow = ["10.0.0.9:80"]
    field "event" { value = "x" }
  }
}

# Locals that the files alone state are judged as if they stood in the URL.
locals {
  warehouse = "http://10.0.0.9"
  api       = "${local.warehouse}/v2"
  stock     = { url = "${local.api}/stock", port = 8443 }
}

connection "smtp" "local" {
  host = "10.0.0.2" # error: Address refused: allow = ["10.0.0.2:8443"]
  port = local.stock.port
}

flow "locals" {
  trigger "webhook" { mode = "async" }
  action "http" "whole" { url = local.api } # error: Address refused: allow = ["10.0.0.9:80"]
  action "http" "base" { url = "${local.api}/users/${webhook.body.id}" } # error: Address refused: allow = ["10.0.0.9:80"]
  action "http" "member" { url = local.stock.url } # error: Address refused: allow = ["10.0.0.9:80"]
  action "http" "host" { url = "http://${replace("10_0_0_7", "_", ".")}/a" } # error: Address refused: allow = ["10.0.0.7:80"]
}
