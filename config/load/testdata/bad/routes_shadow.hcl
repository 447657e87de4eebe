flow "a" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{id}"
    response { status = 202 }
  }
}
flow "b" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/new" # warning: Path shadows another: go to flow "b" and never to flow "a"
    response { status = 202 }
  }
}
flow "c" {
  trigger "webhook" {
    mode = "sync"
    path = "/shops/all"
    response { status = 202 }
  }
}
flow "d" {
  trigger "webhook" {
    mode = "sync"
    path = "/shops/{shop}" # warning: Path shadows another: go to flow "c" and never to flow "d"
    response { status = 202 }
  }
}
