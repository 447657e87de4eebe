flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "sku" {
      type    = string
      pattern = "^\d+$" # error: Unknown escape: \d is none. Write \\
    }
  }
}
