flow "orders" {
  label == "Orders" # error: Two equals signs: Write label = VALUE
  trigger "webhook" { mode = "sync" }
}
