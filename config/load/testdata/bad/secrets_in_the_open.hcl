secret "token" { env = "API_TOKEN" }
secret "unset" { env = "NOT_SET" }
locals { path = "/orders/${secret.token}" }
gateway {
  public_url = "https://${secret.token}.example.com" # error: Secret in the open: "public_url" appears in messages
  egress { allow = [secret.token] } # error: Secret in the open: can't come from a secret
}
flow "orders" {
  label = secret.token # error: Secret in the open: "label"
  trigger "webhook" {
    path = local.path # error: Secret in the open: "path"
    mode = "sync"
    variable "a" {
      type    = string
      pattern = secret.token # error: Secret in a variable: can't come from a secret
    }
  }
  action "log" "b" {
    level   = secret.unset # error: Secret in the open: "level"
    message = "b"
  }
  action "http" "c" {
    url     = "https://api.example.com"
    success = secret.token # error: Secret in the open: "success"
    retry {
      on = [secret.token] # error: Secret in the open: "on"
    }
  }
}
