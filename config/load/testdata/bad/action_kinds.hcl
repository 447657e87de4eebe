flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "htpp" "a" { url = "https://api.example.com" } # error: Unknown kind of action: Did you mean "http"?
  action "request" "b" {} # error: Unknown kind of action: There is no action "request". Its name is "http".
  action "pigeon" "d" {} # error: Unknown kind of action: There is "branch", "delay"
  action "jira" "c" {} # error: Unknown kind of action: There is "jira_comment", "jira_issue", "jira_transition".
  action "log" "i" { message = action.a.status }
}
