flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    # error@+1: Half a condition: CONDITION ? VALUE : OTHER
    message = webhook.body.a ? "yes"
  }
}
