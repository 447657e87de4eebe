gateway {
  egress { allow = ["10.0.0.1:8080", "127.0.0.1"] }
}

connection "smtp" "other_port_by_variable" {
  host = "10.0.0.1"
  port = env("SMTP_PORT", 25)
}

connection "http" "by_variable" { base_url = env("STOCK_URL", "http://10.0.0.9/v2") }

flow "a" {
  trigger "webhook" { mode = "async" }
  action "http" "port" { url = "http://10.0.0.1:8080/a" }
  action "http" "localhost" { url = "http://localhost:9000/a" }
  action "http" "public" { url = "https://93.184.215.14/a" }
  action "http" "name" { url = "https://warehouse.internal/a" }
  action "http" "by_variable" { url = "${env("PEER", "http://10.0.0.9")}/a" }
  action "http" "host_goes_on" { url = "http://10.0.0.9${env("SUFFIX", ".example.com")}/a" }
}

locals {
  peer = env("PEER", "http://10.0.0.9")
  api  = "${local.peer}/v2"
}

flow "locals_by_variable" {
  trigger "webhook" { mode = "async" }
  action "http" "whole" { url = local.api }
  action "http" "base" { url = "${local.api}/users/${webhook.body.id}" }
  action "http" "chosen" { url = "${webhook.body.test ? "http://10.0.0.9" : "https://example.com"}/a" }
}
