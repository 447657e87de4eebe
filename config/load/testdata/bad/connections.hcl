secret "token" { env = "API_TOKEN" }
connection "http" "a" { base_url = "https://api.example.com" }
connection "http" "a" { base_url = "https://api.example.com" } # error: Connection named twice: at connections.hcl line 2
connection "htp" "b" { base_url = "https://api.example.com" } # error: Unknown kind of connection: Did you mean "http"?
connection "smtp" "c" { host = "smtp.example.com" }
connection "http" { base_url = "https://api.example.com" } # error: Missing label: connection "http" "NAME"
connection { base_url = "https://api.example.com" } # error: Missing label: connection "http" { … }
connection "http" "e f" { base_url = "https://api.example.com" } # error: Not a name: connection.http.NAME
connection "http" "z" { base_url = "api.example.com" } # error: Wrong URL: must begin with
connection "http" "g" {} # error: Missing attribute: "base_url" is required
connection "http" "h" {
  base_url = "https://api.example.com"
  basic {
    username = "a:b" # error: Wrong user name: no colon
    password = secret.token
  }
}
connection "http" "i" {
  base_url = "https://api.example.com"
  bearer { token = secret.token }
  header { # error: Two credentials: one of "basic", "bearer"
    name  = "X-Key"
    value = secret.token
  }
}
connection "http" "j" {
  base_url = "https://api.example.com"
  tls { ca = "ca.pem" } # error: No certificate: ca = file("ca.pem")
}
connection "http" "k" {
  base_url = "https://api.example.com"
  tls { cert = "x" } # error: Half a client certificate: both or none
}
flow "l" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "http" "m" { connection = connection.smtp.c } # error: Wrong kind of connection: is of kind "smtp"
  action "http" "n" { connection = connection.htp.b }
  action "http" "o" {
    connection = connection.http.h
    url        = "/x"
  }
  action "slack" "p" {
    connection = connection.slack.nope # error: Unknown name: Declare it by connection "slack" "NAME"
    text       = "hello"
  }
}
