flow "orders" {
  trigger "webhook" {
    mode = "sync"
    dedupe { key = "x" } # error: Not yet available: durable store
    rate_limit { requests = 5 } # error: Not yet available: in front of the gateway
    concurrency { max = 5 } # error: Not yet available: runs = …
    order_by = "x" # error: Not yet available: async flows
    challenge "slack" {} # error: Not yet available: action "branch"
  }
}
