flow "orders" {
  label = "Orders"
  label = "More orders" # error: Attribute given twice: has "label" already
  trigger "webhook" { mode = "sync" }
}
