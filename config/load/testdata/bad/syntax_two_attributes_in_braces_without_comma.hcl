flow "orders" {
  trigger "webhook" { path = "/orders" mode = "sync" } # error: Block on one line: Put each attribute on a line of its own
}
