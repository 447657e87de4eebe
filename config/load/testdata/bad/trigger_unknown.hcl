flow "a" {
  trigger "webhok" { mode = "sync" } # error: Unknown kind of trigger: Did you mean "webhook"?
  action "log" "b" { message = webhook.order }
}
flow "c" {
  trigger "http" { mode = "sync" } # error: Unknown kind of trigger: There is "failure", "flow", "link", "schedule"
}
flow "d" {
  trigger { mode = "sync" } # error: Missing label: trigger "webhook" { … }
}
flow "e" {
  trigger "webhook" "orders" { mode = "sync" } # error: Too many labels: Remove "orders"
}
