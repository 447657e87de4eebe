flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "http" "a" {
    uri = "https://api.example.com" # error: Unknown attribute: Did you mean "url"?
    body { # error: Attribute written as a block: body = …
    }
    retry = 3 # error: Block written as an attribute: Write retry { … }
    on_error { # error: Attribute written as a block: on_error = …
    }
  }
  action "log" "b" { # error: Missing attribute: "message" is required
    level = "warning" # error: Wrong value for "level": Did you mean "warn"?
  }
  action "log" "c" {
    message = null # error: Missing value: null is the same as leaving it out
  }
  action "respond" "d" {
    then = "go on" # error: Wrong value for "then": is not one of "end", "continue"
  }
  action "stop" "e" {
    status = "error" # error: Wrong value for "status": "succeeded", "failed"
  }
  action "http" "f" {
    url = "https://api.example.com"
    retry {}
    retry {} # error: Block given twice: Only one block "retry"
  }
}
