flow "orders" {
  trigger "webhook" {
    mode    = "sync"
    methods = ["POST" "PUT"] # error: Missing comma: Separate the elements of a list by commas
  }
}
