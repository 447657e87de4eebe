flow "orders" {
  trigger "webhook" {
    mode    = "sync"
    methods = ["POST", "PUT" # error: Bracket without an end: never closed
  }
}
