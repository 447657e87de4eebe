flow "a" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders"
    response { status = 202 }
  }
}
flow "b" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders" # error: Path used twice: Flow "a" has /orders already, at routes_twice.hcl line 4
    response { status = 202 }
  }
}
flow "c" {
  trigger "webhook" {
    mode = "sync"
    methods = ["PUT"]
    path = "/orders"
    response { status = 202 }
  }
}
flow "d" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{id}"
    response { status = 202 }
  }
}
flow "e" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{number}" # error: Path used twice: Flow "d" has /orders/{id} already
    response { status = 202 }
  }
}
