flow "bounds" {
  trigger "webhook" {
    rate_limit {
      requests = 0      # error: Limit out of range: from 1 to 1000000
      per      = "10ms" # error: Limit out of range: from 1s to 24h
      burst    = 0      # error: Limit out of range: from 1 to 1000000
    }
  }
}
flow "missing" {
  trigger "webhook" {
    rate_limit { per = "1m" } # error: Missing attribute: "requests" is required
  }
}
flow "key" {
  trigger "webhook" {
    variable "shop" { type = string }
    rate_limit {
      requests = 5
      key      = webhook.shop # error: Unknown name: variables are not converted yet
    }
  }
}
