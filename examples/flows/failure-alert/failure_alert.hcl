# Tells a channel in Slack when several runs fail: once in ten minutes, also if
# hundreds of runs fail then.

connection "slack" "ops" {
  webhook_url = env("SLACK_OPS_WEBHOOK_URL", "http://127.0.0.1:8080/stand-in/ops") # yours: a secret
}

flow "failure_alert" {
  label       = "Alert of failures"
  description = "Tells the operators when runs of other flows fail."

  trigger "failure" {
    flows  = ["*"] # yours: the flows that wake somebody up
    after  = 5
    within = "10m"
  }

  # Without the network the run is attempted again for an hour.
  retry {
    attempts = 10
    initial  = "30s"
    max      = "10m"
  }

  action "slack" "tell" {
    connection = connection.slack.ops
    text       = "*${failure.count} runs failed* in ${failure.flow == null ? "several flows" : "flow ${failure.flow}"}%{for c in failure.causes}\n> ${c.count} × ${c.flow}: ${c.message}%{endfor}\n`gateway runs show ${failure.runs[0]}`"
  }
}

# Replaces Slack, so that the example needs no other system.
flow "stand_in_ops" {
  label = "Stand-in for the channel of the operators"

  trigger "webhook" {
    path = "/stand-in/ops"
    mode = "sync"
    variable "text" {
      type = string
    }
    response { body = "ok" }
  }

  action "log" "received" { message = webhook.text }
}
