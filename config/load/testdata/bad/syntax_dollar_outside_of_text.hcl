flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "hello" {
    message = $webhook.body.order # error: Invalid character: a name has no dollar sign: webhook.body.order
  }
  action "log" "again" {
    message = ${webhook.body.order} # error: Invalid character: "${webhook.body.order}"
  }
}
