flow "orders" {
  "label" = "Orders" # error: Quoted name: without quotes
  trigger "webhook" { mode = "sync" }
}
