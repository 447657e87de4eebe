flow "orders" {
  trigger "webhook" {
    mode = "sync"
    dedupe { key = "x" }
    concurrency { max = 5 } # error: Only for async flows: or remove concurrency
    order_by = "x" # error: Only for async flows: or remove order_by
  }
}
flow "returns" {
  trigger "webhook" {
    dedupe { ttl = "1ms" } # error: Missing attribute: "key" is required
    order_by = webhook.boddy.id # error: Unknown name: Did you mean "body"?
    concurrency {
      overflow = "drop" # error: Wrong value for "overflow": Did you mean "drop_oldest"?
    }
  }
}
flow "none" {
  trigger "webhook" {
    concurrency { max = 0 } # error: Wrong value: between 1 and
  }
}
