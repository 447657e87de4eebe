flow "orders" {
  label = "Orders" # error: Invalid character: type it anew
  trigger "webhook" { mode = "sync" }
}
