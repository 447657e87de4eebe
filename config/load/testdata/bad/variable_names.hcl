flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "sku" { type = string }
    variable "sku" { type = string } # error: Wrong name: has a variable "sku" already
    variable "body" { type = string } # error: Wrong name: part of every request
    variable "order number" { type = string } # error: Wrong name: webhook.body["order number"]
    variable { type = string } # error: Missing label: variable "NAME" { … }
    variable "a" "b" { type = string } # error: Too many labels: Remove "b"
  }
}
