flow "orders" {
  trigger "webhook" {}
  action "log" "a" { message = failure.count } # error: Unknown name: trigger "failure" only
}
flow "alert" {
  trigger "failure" {
    flows = [
      "order", # error: Unknown flow: Did you mean "orders"?
      "alert", # error: Failures don't count: Flow "alert" has trigger "failure"
      "orders",
    ]
    after  = 0    # error: Wrong value: between 1 and 1000000
    within = "1ms" # error: Wrong value: between 1s and 31d
  }
  action "log" "a" { message = failure.causes[0].flow }
  action "log" "b" { message = failure.cause } # error: Unknown name: "causes"
}
flow "report" {
  trigger "failure" {
    flows  = [] # error: No flows: ["*"]
    after  = 2 # error: Not with digest: Remove after
    digest = "32d" # error: Wrong value: between 1s and 31d
  }
}

flow "names_what_failed" {
  trigger "failure" {}
  action "log" "flow" { message = "of ${failure.flow}" } # error: Value may be null: failure.flow is null if runs of several flows failed. A text can't contain null. Write coalesce(failure.flow, "several flows").
}

flow "knows_what_failed" {
  trigger "failure" {
    flows = ["orders"]
    after = 1
  }
  action "log" "flow" { message = "of ${failure.flow}" }
}
