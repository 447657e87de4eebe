flow "orders" {
  trigger "webhook" {
    mode = "sync"
    rate_limit { requests = 5 } # error: Not yet available: in front of the gateway
    challenge "slack" {} # error: Not yet available: action "branch"
  }
}
