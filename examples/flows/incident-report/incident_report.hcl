# Somebody reports an incident. It becomes an issue in Jira, one for each
# reference however often it is reported, and the team learns of new ones in
# Slack. What people write is shown as they wrote it: it can't make links,
# headings or mentions, while the Markdown and the link of this file work.

secret "jira_token" {
  file = "demo-token.txt" # for the tour; yours: env = "JIRA_TOKEN"
}

# With an e-mail address it is Jira Cloud. A Data Center has a token alone.
connection "jira" "tracker" {
  base_url = env("JIRA_URL", "http://127.0.0.1:8080/stand-in/jira")
  email    = env("JIRA_EMAIL", "gateway@example.com")
  token    = secret.jira_token
}

# The address of an incoming webhook is a secret: yours: secret.slack_webhook
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

  # Whoever reports an incident again need not wake the team again.
  action "slack" "team" {
    when       = action.ticket.created
    connection = connection.slack.team
    text       = "*${webhook.severity}* on ${webhook.service}: <${unescaped(action.ticket.url)}|${action.ticket.key}> ${webhook.title}"

    # The issue is open: that Slack is down is no reason to report it as lost.
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

# Four flows stand in for Jira and Slack, so that the example runs by itself.
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

# An issue that was opened a moment ago is looked at before it is taken for the
# one that is meant: somebody may have deleted it since.
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
