# Sends each alert of the monitoring in another form to the inbox of a team. If
# the inbox is down, the caller gets a 503 and sends the alert again.

flow "incident_alert" {
  label       = "Incident alerts"
  description = "Sends alerts of the monitoring to the inbox of the team."

  trigger "webhook" {
    path     = "/alerts"
    mode     = "sync"
    max_body = "5MiB" # Alertmanager groups an alert storm into one large request

    variable "status" {
      type = string
      enum = ["firing", "resolved"]
    }
    variable "alerts" {
      type = array
      min  = 1
      max  = 5000
    }
  }

  action "transform" "message" {
    jq = <<-JQ
      (if .status == "firing" then "FIRING" else "resolved" end) as $state
      | {
          title: "\($state): \(.alerts | length) alert(s) on \(.alerts | map(.labels.service) | unique | join(", "))",
          severity: (.alerts | map(.labels.severity) | if index("critical") then "critical" else "warning" end),
          lines: [.alerts[] | "\(.labels.alertname): \(.annotations.summary // "no summary")"]
        }
    JQ
  }

  action "http" "inbox" {
    method = "POST"
    url    = env("TEAM_INBOX_URL", "http://127.0.0.1:8080/team/inbox")
    json = {
      text     = action.message.value.title
      severity = action.message.value.severity
      details  = join("\n", action.message.value.lines)
    }
    timeout = "5s"

    retry {
      attempts = 3
      initial  = "200ms"
    }
  }

  action "respond" "passed_on" {
    status = 202
    json   = { passed_on = true, ticket = action.inbox.body.ticket }
  }

  on_error {
    action "respond" "try_again" {
      status  = 503
      headers = { Retry-After = "30" }
      json    = { passed_on = false, failed = error.action }
    }
  }
}

# Replaces the chat of the team, so that the example needs no other system.
flow "team_inbox" {
  label = "Stand-in for the team's inbox"

  trigger "webhook" {
    path = "/team/inbox"
    mode = "sync"

    variable "text" {
      type = string
    }
    variable "severity" {
      type = string
      enum = ["warning", "critical"]
    }
  }

  action "log" "received" {
    level   = "warn"
    message = webhook.text
    fields  = { severity = webhook.severity }
  }

  action "respond" "ticket" {
    json = { ticket = "INC-${substr(sha256(webhook.text), 0, 6)}" }
  }
}
