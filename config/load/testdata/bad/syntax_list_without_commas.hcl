flow "orders" {
  trigger "webhook" {
    mode    = "sync"
    methods = ["POST" "PUT"] # error: Missing comma: elements of a list are separated by commas
  }
}
