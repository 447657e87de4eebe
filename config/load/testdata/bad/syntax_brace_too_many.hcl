flow "orders" {
  trigger "webhook" {
    mode = "sync"
  }
}
} # error: Brace too many: closes nothing
