flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "http" "a" {
    url          = ["https://api.example.com"] # error: Wrong type: This must be a string, but it is a list
    method       = { a = 1 } # error: Wrong type: This must be a string, but it is an object
    headers      = ["X-Shop: lamps"] # error: Wrong type: Write it as { NAME = VALUE }
    query        = "a=b" # error: Wrong value for "query": but must be an object
    max_response = "10 megabytes" # error: Wrong value for "max_response": write it like
    redirects    = "two" # error: Wrong type: Write a number in digits
    timeout      = "half a minute" # error: Wrong value for "timeout": write it like
    on_error     = "ignore" # error: Wrong value for "on_error": "stop", "continue"
    sensitive    = "very" # error: Wrong type: Write true or false
    when         = [] # error: Wrong type: Write true or false
    retry {
      attempts = 2.5 # error: Wrong value for "attempts": not a whole number
      initial  = 5 # error: Wrong value for "initial": a duration such as "30s"
      factor   = "fast" # error: Wrong type: Write a number in digits
      on       = ["5xx", "timeouts"] # error: Wrong value for "on": Did you mean "timeout"?
    }
  }
  action "http" "b" {
    max_response = 1024 # error: Wrong value for "max_response": a size such as "10MiB"
    headers      = { A = ["b"] } # error: Wrong type: element "A"
    form         = ["a"] # error: Wrong value for "form": but must be an object
  }
  action "respond" "c" {
    status = "200 OK" # error: Wrong type: Write a number in digits
  }
}
