flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" { message = each.value.sku } # error: Unknown name: inside action "loop" only
  action "log" "b" { message = item.sku } # error: Unknown name: put it in quotes
}
