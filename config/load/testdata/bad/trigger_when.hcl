secret "key" { env = "KEY" }
flow "push" {
  trigger "webhook" {
    path = "/push/{repo}"
    when = webhook.event == "push" # error: Unknown name: webhook.event is a variable, and variables are not converted yet
    variable "event" {
      type = string
      from = webhook.headers["X-Event"]
    }
  }
  action "log" "event" { message = webhook.event }
}
flow "misspelt" {
  trigger "webhook" {
    path = "/misspelt/{repo}"
    when = webhook.path.rep == "shop" # error: Unknown name: Did you mean "repo"?
  }
}
flow "text" {
  trigger "webhook" {
    when = "push" # error: Wrong type: This must be a bool
  }
}
flow "null" {
  trigger "webhook" {
    when = startswith(webhook.auth.name, "a") # error: Value may be null: webhook.auth.name is null
  }
}
flow "credential" {
  trigger "webhook" {
    when = webhook.headers["X-Key"] == "a" # error: Credential of the caller: webhook.headers.X-Key proves
    auth "header" {
      name  = "X-Key"
      value = secret.key
    }
  }
}
flow "never" {
  trigger "webhook" {
    when = false # warning: No run starts: set enabled = false
  }
}
flow "action" {
  trigger "webhook" {
    when = action.a.id == "" # error: Unknown name: may not have run
  }
  action "http" "a" { url = "https://example.com" }
}
