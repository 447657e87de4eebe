flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" { message = webhook.headers.X_Request_Id } # warning: Underscore in a header: webhook.headers["X-Request-Id"]
  action "http" "b" {
    url     = "https://api.example.com"
    headers = { X_Shop = "lamps" } # warning: Underscore in a header: X-Shop = …
  }
  action "log" "c" { message = action.b.headers.Content_Type } # warning: Underscore in a header: action.b.headers["Content-Type"]
  action "respond" "d" {
    headers = { Content_Language = "de" } # warning: Underscore in a header: Content-Language = …
  }
}
