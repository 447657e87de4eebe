gateway {
  trusted_proxies = []
  proxy_protocol  = true # error: No trusted proxy: Set trusted_proxies to their addresses
}
