flow "orders" {
  label = # error: Missing value: A value must follow =
  trigger "webhook" { mode = "sync" }
}
