flow "orders" {
  trigger "webhook": { # error: Colon before a block: trigger "webhook" { … }
    mode = "sync"
  }
}
