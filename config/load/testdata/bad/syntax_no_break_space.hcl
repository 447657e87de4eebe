flow "orders" {
  label = "Orders" # error: Invalid character: Type it again
  trigger "webhook" { mode = "sync" }
}
