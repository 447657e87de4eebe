flow "orders" {
  label = "Orders"; # error: Semicolon: leave the semicolon out
  trigger "webhook" { mode = "sync" }
}
