# The Events API of Slack sends a challenge when the request URL is saved, and
# expects it back. The signature is checked first, as for any other event. Slack
# repeats an event that is not answered within 3 seconds: the flow is async, and
# dedupe lets each event start one run.

secret "slack_events" {
  file = "demo-secret.txt" # for the tour; yours: env = "SLACK_SIGNING_SECRET"
}

flow "slack_events" {
  label       = "Mentions in Slack"
  description = "Logs who mentions the app."

  trigger "webhook" {
    path = "/slack/events"
    when = try(webhook.body.event.type, "") == "app_mention"

    auth "slack" {
      secret = secret.slack_events
    }
    challenge "slack" {}

    variable "event_id" {
      type = string
    }
    variable "user" {
      type = string
      from = webhook.body.event.user
    }
    variable "channel" {
      type = string
      from = webhook.body.event.channel
    }
    dedupe {
      key = webhook.event_id
      ttl = "1d"
    }
  }

  action "log" "mention" {
    message = "mentioned in Slack"
    fields  = { user = webhook.user, channel = webhook.channel }
  }
}
