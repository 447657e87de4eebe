flow "left-out" {
  trigger "webhook" {
    path = "/a"
  }
  action "respond" "a" { # error: Answer in an async flow: Write mode = "sync" in the trigger
    status = 200
  }
}
flow "sync" { # error: Only for async flows: give one to the action that may fail
  trigger "webhook" {
    path = "/b"
    mode = "sync"
    response {}
  }
  retry {}
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
