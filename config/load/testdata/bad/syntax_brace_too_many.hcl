flow "orders" {
  trigger "webhook" {
    mode = "sync"
  }
}
} # error: Extra brace: closes nothing
