gateway {
  tls {
    cert = "tls.crt" # error: Two sources of the certificate: remove "cert"
    key  = "tls.key" # error: Two sources of the certificate: remove "key"
    acme {
      domains = ["hooks.example.com"]
    }
  }
}
