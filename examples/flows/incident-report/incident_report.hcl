# Opens a Jira issue for each reported incident, one for each reference even if
# it is reported again, and informs the team about new issues in Slack. Text of
# the reporter is shown literally: it can't make links, headings or mentions. The
# Markdown and the link of this file work.

secret "jira_token" {
  file = "demo-token.txt" # for the tour; yours: env = "JIRA_TOKEN"
}

# A connection with an e-mail address is for Jira Cloud. Jira Data Center needs
# the token only.
connection "jira" "tracker" {
  base_url = env("JIRA_URL", "http://127.0.0.1:8080/stand-in/jira")
  email    = env("JIRA_EMAIL", "gateway@example.com")
  token    = secret.jira_token
}

# The URL of an incoming webhook is a secret. Yours: secret.slack_webhook
connection "slack" "team" {
  webhook_url = env("SLACK_WEBHOOK_URL", "http://127.0.0.1:8080/stand-in/slack")
}

flow "incident_report" {
  label       = "Incident reports"
  description = "Opens a Jira issue for an incident and tells the team in Slack."

  trigger "webhook" {
    path = "/incidents"
    mode = "sync"

    variable "reference" {
      type    = string
      pattern = "^[a-z0-9-]{3,40}$"
    }
    variable "title" {
      type = string
      min  = 3
    }
    variable "severity" {
      type = string
      enum = ["minor", "major", "critical"]
    }
    variable "service" {
      type = string
    }
    variable "reporter" {
      type   = string
      format = "email"
    }
    variable "details" {
      type    = string
      default = "No details."
    }
    variable "log" {
      type    = string
      default = ""
    }
  }

  action "jira_issue" "ticket" {
    connection = connection.jira.tracker
    project    = "OPS"
    type       = "Task"
    summary    = "${webhook.service}: ${webhook.title}"
    priority   = { minor = "Low", major = "High", critical = "Highest" }[webhook.severity]
    labels     = ["incident", webhook.service]

    description = <<-MARKDOWN
      ${webhook.details}

      | Severity | Reported by |
      | --- | --- |
      | **${webhook.severity}** | ${webhook.reporter} |

      ```
      ${webhook.log}
      ```
    MARKDOWN

    unique_key = webhook.reference

    retry {
      attempts = 3
      initial  = "500ms"
    }
  }

  # A repeated report sends no message.
  action "slack" "team" {
    when       = action.ticket.created
    connection = connection.slack.team
    text       = "*${webhook.severity}* on ${webhook.service}: <${unescaped(action.ticket.url)}|${action.ticket.key}> ${webhook.title}"

    # The issue exists, so a failure of Slack does not fail the run.
    on_error = "continue"

    retry {
      attempts = 3
      initial  = "500ms"
    }
  }

  action "respond" "reported" {
    status = 201
    json   = { ticket = action.ticket.key, url = action.ticket.url, new = action.ticket.created }
  }

  on_error {
    action "respond" "try_again" {
      status  = 503
      headers = { Retry-After = "30" }
      json    = { failed = error.action }
    }
  }
}

# Four flows replace Jira and Slack, so that the example needs no other system.
flow "jira_search" {
  label = "Stand-in for Jira's search"

  trigger "webhook" {
    path = "/stand-in/jira/rest/api/3/search/jql"
    mode = "sync"

    variable "jql" {
      type = string
    }
  }

  action "respond" "none" {
    json = { issues = [], isLast = true }
  }
}

flow "jira_issue" {
  label = "Stand-in for Jira's new issues"

  trigger "webhook" {
    path = "/stand-in/jira/rest/api/3/issue"
    mode = "sync"

    variable "fields" {
      type = object({ summary = string, description = any })
    }
  }

  action "log" "opened" {
    message = "issue: ${webhook.fields.summary}"
  }

  action "respond" "issue" {
    status = 201
    json   = { id = "10042", key = "OPS-42", self = webhook.url }
  }
}

# Before the action reuses an issue that it opened a moment ago, it reads the
# issue: a person may have deleted it.
flow "jira_known" {
  label = "Stand-in for Jira's known issues"

  trigger "webhook" {
    path    = "/stand-in/jira/rest/api/3/issue/{key}"
    methods = ["GET"]
    mode    = "sync"
  }

  action "respond" "issue" {
    json = { id = "10042", key = webhook.path.key, fields = { status = { name = "To Do" } } }
  }
}

flow "slack_webhook" {
  label = "Stand-in for Slack"

  trigger "webhook" {
    path = "/stand-in/slack"
    mode = "sync"

    variable "text" {
      type = string
    }
  }

  action "log" "posted" {
    message = "Slack: ${webhook.text}"
  }

  action "respond" "ok" {
    body = "ok"
  }
}
