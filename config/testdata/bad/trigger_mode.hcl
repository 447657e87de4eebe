flow "left-out" {
  trigger "webhook" { # error: Not yet available: Write mode = "sync"
    path = "/a"
  }
}
flow "async" {
  trigger "webhook" {
    path = "/b"
    mode = "async" # error: Not yet available: the caller waits for the run
  }
}
flow "wrong" {
  trigger "webhook" {
    path = "/c"
    mode = "snyc" # error: Wrong value for "mode": Did you mean "sync"?
  }
}
flow "unquoted" {
  trigger "webhook" {
    path = "/d"
    mode = sync # error: Unknown name: For a text, put it in quotes: "sync"
  }
}
