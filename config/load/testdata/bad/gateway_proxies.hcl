gateway {
  trusted_proxies = [
    "10.0.0.0/8",
    "10.0.0.1/8",     # error: Wrong address: write "10.0.0.0/8"
    "proxy.internal", # error: Wrong address: neither an address
    "0.0.0.0/0",      # error: Wrong address: each could choose its address
  ]
}
