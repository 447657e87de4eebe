flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    # error@+1: Incomplete condition: CONDITION ? VALUE : OTHER
    message = webhook.body.a ? "yes"
  }
}
