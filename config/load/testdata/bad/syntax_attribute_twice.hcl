flow "orders" {
  label = "Orders"
  label = "More orders" # error: Attribute given twice: already has "label"
  trigger "webhook" { mode = "sync" }
}
