locals {
  a = webhook.body # error: Unknown name: has a value only in a run
  b = connection.http.c # error: Unknown name: Secrets are evaluated first
}
secret "d" { env = local.a } # error: Unknown name: Secrets are evaluated first
secret "e" { env = secret.d } # error: Unknown name: Secrets are evaluated first
connection "http" "f" { base_url = connection.http.f } # error: Unknown name: Secrets are evaluated first
gateway {
  public_url = webhook.url # error: Unknown name: has a value only in a run
}
flow "g" {
  label = flow.name # error: Value not fixed: can't depend on flow
  trigger "webhook" { mode = "sync" }
  action "log" "h" {
    level   = webhook.body.level # error: Value not fixed: can't depend on webhook
    timeout = "${webhook.body.seconds}s" # error: Value not fixed: can't depend on webhook
    message = "h"
  }
  action "transform" "i" {
    jq = webhook.body.program # error: Program not fixed: as $webhook
  }
}
