flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "http" "stock" {
    url = https://api.example.com/stock # error: Text without quotes: "https://api.example.com/stock"
  }
}
