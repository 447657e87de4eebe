connection "http" "a" {
  base_url = "https://api.example.com"
  tls { insecure_skip_verify = true } # warning: Certificates are not checked: Give the server's authority
}
flow "b" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "http" "c" { connection = connection.http.a }
}
