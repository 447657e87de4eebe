secret "token" { env = "API_TOKEN" }
connection "http" "stock" {
  base_url = "https://api.example.com/v2"
  bearer { token = secret.token }
}
flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "http" "a" { # error: Missing attribute: unless there is a connection
  }
  action "http" "b" {
    url    = "api.example.com/stock" # error: Wrong URL: must begin with "https://"
    method = "post" # error: Wrong method: capital letters
  }
  action "http" "c" {
    url  = "https://api.example.com"
    json = { a = 1 }
    form = { a = 1 } # error: Two bodies: in "json"
  }
  action "http" "d" {
    url          = "https://api.example.com"
    content_type = "text/csv" # error: Type without a body: Give one
    success      = "2xx" # error: Wrong statuses: such as "200-299,404"
    redirects    = 50 # error: Wrong value: from 0 to 20
  }
  action "http" "e" {
    connection = connection.http.stock
    url        = "https://other.example.com/stock" # error: Wrong URL: another server
  }
  action "http" "f" {
    connection = "stock" # error: Not a connection: connection.http.NAME
  }
  action "http" "g" {
    url     = "https://shop:pw@api.example.com" # error: Wrong URL: basic { … }
    timeout = "0s" # error: Wrong value: leave it out
  }
  action "http" "h" {
    url     = "https://api.example.com"
    headers = { "X-A\n" = "b" } # error: Wrong header: not allowed in names
  }
  action "http" "j" {
    url = "https://api.example.com"
    retry {
      attempts = 0 # error: Wrong value: from 1 to 100
    }
  }
  action "http" "i" {
    url = "https://api.example.com"
    retry {
      factor  = 0.5 # error: Wrong value: at least 1
      initial = "2m" # error: Wrong value: longer than max
    }
  }
}
