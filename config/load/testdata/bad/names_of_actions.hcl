flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "early" { message = action.late.status } # error: Unknown name: may not have run
  action "http" "late" { url = "https://api.example.com" }
  action "log" "output" { message = action.late.stats } # error: Unknown name: Did you mean "status"?
  action "log" "bare" { message = late.status } # error: Unknown name: Did you mean action.late?
  action "log" "misspelt" { message = action.lte.status } # error: Unknown name: Did you mean "late"?
  action "log" "itself" { message = action.itself } # error: Unknown name: may not have run
  action "log" "steps" { message = steps.late.status } # error: Unknown name: Did you mean action?
  action "log" "deep" { message = action.late.text.order } # error: Unknown name: jsondecode(action.late.text)
}
