flow "orders" {
  trigger "webhook" {
    mode = "sync"
    challenge "slack" {} # error: Not yet available: action "branch"
  }
}
