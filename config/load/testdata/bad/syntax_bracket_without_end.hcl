flow "orders" {
  trigger "webhook" {
    mode    = "sync"
    methods = ["POST", "PUT" # error: Unclosed bracket: never closed
  }
}
