gateway {
  tls {
    cert = "tls.crt"
    key  = "tls.key"
  }
}
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "mtls" { # error: No client certificates: client_ca
      subjects = ["CN=partner"]
    }
    auth "all" { # error: No client certificates: client_ca
      auth "mtls" {
        subjects = "DNS:partner.example.com"
      }
      auth "bearer" { token = env("PATH") }
    }
    response {}
  }
}
