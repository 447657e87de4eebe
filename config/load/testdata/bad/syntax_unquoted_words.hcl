flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "hello" {
    message = An order came in # error: Text without quotes: "An order came in"
  }
}
