flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "http" "a" {
    url            = "https://api.example.com"
    headers.X-Shop = "lamps" # error: Dot in a name: headers = { NAME = VALUE }
  }
}
