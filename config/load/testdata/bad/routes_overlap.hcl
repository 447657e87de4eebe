flow "a" {
  trigger "webhook" {
    mode = "sync"
    path = "/shops/{shop}/orders"
    response { status = 202 }
  }
}
flow "b" {
  trigger "webhook" {
    mode = "sync"
    path = "/shops/main/{list}" # error: Paths overlap: neither path is more specific
    response { status = 202 }
  }
}
flow "c" {
  trigger "webhook" {
    mode = "sync"
    path = "/{any}/x"
    response { status = 202 }
  }
}
flow "d" {
  trigger "webhook" {
    mode = "sync"
    path = "/y/{any}" # error: Paths overlap: /{any}/x of flow "c"
    response { status = 202 }
  }
}
