# The list is not known where the variable is not set, so addresses are not judged.

gateway {
  egress { allow = split(",", env("API_TOKEN") == "tok_9f8e7d6c5b4a" ? "10.0.0.1,10.0.0.2" : "10.0.0.1") }
}

flow "a" {
  trigger "webhook" { mode = "async" }
  action "http" "first" { url = "http://10.0.0.1/a" }
  action "http" "second" { url = "http://10.0.0.2/a" }
}
