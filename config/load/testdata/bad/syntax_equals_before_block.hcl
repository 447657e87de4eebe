flow "orders" {
  trigger "webhook" = { # error: Equals sign before a block: write trigger "webhook" { … }
    mode = "sync"
  }
}
