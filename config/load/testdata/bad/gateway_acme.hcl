gateway {
  tls {
    acme {
      domains   = ["*.example.com", "192.0.2.1", "a b", "localhost", "ok.example.com"] # error: Wrong domain: "*.example.com" is a wildcard # error: Wrong domain: "192.0.2.1" is an address # error: Wrong domain: "a b" is no host name # error: Wrong domain: "localhost" is no public name
      email     = "ops" # error: Wrong e-mail address: such as "ops@example.com"
    }
  }
}
