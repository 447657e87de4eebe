flow "orders" { # error: Missing block: A block "trigger" is required
  action "log" "a" { message = webhook.body.order }
}
