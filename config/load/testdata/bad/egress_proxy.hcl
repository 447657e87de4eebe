gateway {
  egress {
    proxy = "socks5://proxy.internal" # error: Wrong proxy: a URL such as "http://proxy.internal:3128"
  }
}
