connection "http" "stock" { base_url = "https://api.example.com" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "qty" { type = number }
    variable "sku" { type = string }
    variable "tags" { type = list(string) }
    variable "items" { type = array }
    variable "customer" { type = object({ name = string }) }
  }
  action "log" "a" { message = "for ${webhook.customer}" } # error: Not a text: This is an object
  action "log" "b" { message = "tags ${webhook.tags}" } # error: Not a text: join(", ", …)
  action "log" "c" { message = webhook.customer } # error: Wrong type: This must be a string, but it is an object. Write jsonencode(…), or name one member
  action "log" "d" { message = webhook.tags } # error: Wrong type: This must be a string, but it is a list
  action "log" "e" { message = "order " + webhook.sku } # error: Text in a sum: Join texts in a template
  action "log" "f" { message = webhook.customer.nme } # error: Unknown name: Did you mean "name"?
  action "log" "g" { message = webhook.sku.name } # error: Unknown name: has no members
  action "log" "h" { message = webhook.tags[0].name } # error: Unknown name: has no members
  action "log" "h2" { message = "${webhook.items.count}" } # error: Unsupported attribute: the number of elements with length(items)
  action "log" "i" { message = webhook.qty * true } # error: Invalid operand: number required
  action "log" "j" { message = -"a" } # error: Invalid operand: number
  action "log" "k" { message = "at ${connection.http.stock}" } # error: Not a text: attribute connection
  action "log" "l" { message = connection.http.stock.base_url } # error: Unknown name: has no members
}
