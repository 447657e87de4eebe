flow "orders" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{id}"
    variable "qty" { type = number }
    variable "paid" { type = bool }
    variable "sku" { type = string }
    variable "items" { type = array }
  }
  action "http" "stock" { url = "https://api.example.com" }
  action "log" "a" {
    when    = action.stock.status == "200" # error: Comparison of different types: Write 200 without quotes
    message = "a"
  }
  action "log" "b" {
    when    = webhook.paid == "true" # error: Comparison of different types: Write true without quotes
    message = "b"
  }
  action "log" "c" {
    when    = webhook.path.id != 5 # error: Comparison of different types: This is always true
    message = "c"
  }
  action "log" "d" {
    when    = webhook.items == "A-1" # error: Comparison of different types: Compare a part of it
    message = webhook.headers["X-Count"] == 5 ? "five" : "other" # error: Comparison of different types: Convert the text: tonumber(…)
  }
  action "log" "e" {
    when    = webhook.qty == "five" # error: Comparison of different types: Compare it with a number
    message = "e"
  }
}
