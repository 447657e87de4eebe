flow "orders" {
  label = "Orders"; # error: Semicolon: Remove the semicolon
  trigger "webhook" { mode = "sync" }
}
