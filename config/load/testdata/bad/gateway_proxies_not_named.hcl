flow "orders" {
  trigger "webhook" {
    allow_ips = ["192.0.2.0/24"] # warning: Proxies are not named: or to [] if callers connect to the gateway directly
  }
}
flow "returns" {
  trigger "webhook" { allow_ips = ["192.0.2.0/24"] } # one warning is enough
}
