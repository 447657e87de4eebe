flow "orders" {
  labels      = "Orders" # error: Unknown attribute: Did you mean "label"?
  description = ["An order"] # error: Wrong type: This must be a string, but it is a list
  enabled     = "yes" # error: Wrong type: Write true or false, without quotes
  schedule    = "daily" # error: Unknown attribute: Allowed: description, enabled, label
  trigger "webhook" { mode = "sync" }
  steps {} # error: Unknown block: Allowed: action, on_error, retry, trigger
  on_eror {} # error: Unknown block: Did you mean "on_error"?
  retry { attempt = 3 } # error: Unknown attribute: Did you mean "attempts"?
}
