flow "orders" { # error: Missing block: A "trigger" block must be given
  action "log" "a" { message = webhook.body.order }
}
