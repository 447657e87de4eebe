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
    path = "/orders" # error: Path used twice: Flow "a" already has /orders, at routes_twice.hcl line 4
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
    path = "/orders/{number}" # error: Path used twice: Flow "d" already has /orders/{id}
    response { status = 202 }
  }
}
flow "f" {
  trigger "webhook" {
    mode = "sync"
    path = "/meta"
    challenge "meta" { verify_token = env("TOKEN", "a-token") }
    response { status = 202 }
  }
}
flow "g" {
  trigger "webhook" {
    mode = "sync"
    methods = ["GET"]
    path = "/meta" # error: Path used twice: Flow "f" already has /meta
    response { status = 202 }
  }
}
