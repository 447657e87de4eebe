flow "orders" {
  trigger "webhook" {
    path = "/a"
    mode = "sync"
    response { status = 202 }
  }
}
flow "orders" { # error: Flow named twice: at flow_named_twice.hcl line 1
  trigger "webhook" {
    path = "/b"
    mode = "sync"
    response { status = 202 }
  }
}
