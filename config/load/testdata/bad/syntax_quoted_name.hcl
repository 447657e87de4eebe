flow "orders" {
  "label" = "Orders" # error: Quoted name: stands without quotes
  trigger "webhook" { mode = "sync" }
}
