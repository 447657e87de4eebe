# A slash command of Slack is a form. Slack shows an error unless it is answered
# within 3 seconds, so the flow answers first and continues in the background. The
# result goes to the URL that Slack sent, which is signed with the rest of the form.

secret "slack_signing" {
  file = "demo-secret.txt" # for the tour; yours: env = "SLACK_SIGNING_SECRET"
}

flow "slack_command" {
  label       = "Slash command /deploy"
  description = "Answers at once, and tells the channel when the work is done."

  trigger "webhook" {
    path          = "/slack/commands"
    mode          = "sync"
    content_types = ["form"]

    auth "slack" {
      secret = secret.slack_signing
    }

    variable "command" {
      type = string
      enum = ["/deploy"]
    }
    variable "text" {
      type    = string
      pattern = "^[a-z-]+$"
    }
    variable "user_name" {
      type = string
    }
    variable "response_url" {
      type   = string
      format = "uri"
    }
  }

  action "respond" "at_once" {
    json = { response_type = "ephemeral", text = "Deploying ${webhook.text} …" }
    then = "continue"
  }

  # Stands for work that takes longer than 3 seconds.
  action "transform" "deploy" {
    input = { service = webhook.text, by = webhook.user_name }
    jq    = "\"\\(.service) is deployed, asked for by \\(.by)\""
  }

  action "http" "result" {
    method = "POST"
    url    = webhook.response_url
    json   = { response_type = "in_channel", text = action.deploy.value }

    retry {
      attempts = 3
    }
  }
}

# Replaces Slack, so that the example needs no other system.
flow "slack_responses" {
  label = "Stand-in for response URLs of Slack"

  trigger "webhook" {
    path = "/stand-in/slack-responses"
    mode = "sync"

    variable "text" {
      type = string
    }
  }

  action "respond" "ok" {
    json = { ok = true, text = webhook.text }
  }
}
