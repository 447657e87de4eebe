flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "outside" { message = error.message } # error: Unknown name: inside on_error only
  action "log" "other" { message = action.failed } # error: Unknown name: may not have run
  on_error {
    action "log" "failed" { message = action.last } # error: Unknown name: may not have run
    action "log" "last" { message = action.outsid } # error: Unknown name: Did you mean "outside"?
  }
}
