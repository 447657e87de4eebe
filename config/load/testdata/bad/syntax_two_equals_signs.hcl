flow "orders" {
  label == "Orders" # error: Two equals signs: write label = VALUE
  trigger "webhook" { mode = "sync" }
}
