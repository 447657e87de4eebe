flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "respond" "ok" {
    json = { order = "A-1" total = 12 } # error: Missing comma: members of an object
  }
}
