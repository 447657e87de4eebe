flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "htpp" "a" { url = "https://api.example.com" } # error: Unknown kind of action: Did you mean "http"?
  action "request" "b" {} # error: Unknown kind of action: There is "branch", "delay"
  action "log" "i" { message = action.a.status }
}
