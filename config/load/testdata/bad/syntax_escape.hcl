flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "sku" {
      type    = string
      pattern = "^\d+$" # error: Unknown escape: not \d. For a backslash write \\
    }
  }
}
