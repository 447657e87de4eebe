flow "orders" {
  enabled # error: Name without a value: enabled = VALUE
  trigger "webhook" { mode = "sync" }
  action "log" "a" {
    message "hello" # error: Neither attribute nor block: write message = "hello"
  }
}
