flow "orders" {
  label = “Orders” # error: Wrong quotes: not in “
  trigger "webhook" { mode = "sync" }
}
