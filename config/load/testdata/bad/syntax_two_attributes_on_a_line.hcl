flow "orders" {
  label = "Orders" description = "of goods" # error: Two attributes on a line: Put "description" on a line of its own
  trigger "webhook" { mode = "sync" }
}
