flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "hello" {
    message = "order ${ORDER:-none}" # error: Unclosed ${: double the dollar sign: $${
  }
}
