gateway {
  admin { listen = "localhost" } # error: Wrong address: write ":8080"
  admin {} # error: Block given twice: Only one block "admin"
  limits {
    body       = "0B" # error: Limit out of range: "body" must be from 1B to 1GiB
    headers    = "1B" # error: Limit out of range: "headers" must be from 1KiB to 16MiB
    json_depth = 5000 # error: Limit out of range: "json_depth" must be from 1 to 1000
    memory     = "1KiB" # error: Limit out of range: "memory" must be at least 1MiB
    runs       = 0 # error: Limit out of range: "runs" must be from 1 to 1000000
  }
  egress {
    allow        = ["10.1.0.0/16", "http://warehouse.internal", "10.0.0.1/99"] # error: Wrong address: "http://warehouse.internal" # error: Wrong address: "10.0.0.1/99"
    idle_timeout = "0s" # error: Limit out of range: "idle_timeout" must be from 100ms to 10m
  }
  tls { # error: Missing attribute: "key" is required
    cert = "tls.crt"
  }
  history { keep = "1s" } # error: Wrong value: at least a minute
}
gateway {} # error: Block given twice: The first one is at gateway.hcl line 1
