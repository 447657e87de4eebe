# Grafana signs its notifications if the contact point has a secret under "HMAC
# Signature". With a timestamp header a notification can't be sent again later.

secret "grafana_hmac" {
  file = "demo-secret.txt" # for the tour; yours: env = "GRAFANA_HMAC_SECRET"
}

flow "grafana_alert" {
  label       = "Alerts of Grafana"
  description = "Sends alerts of Grafana to the inbox of the team."

  trigger "webhook" {
    path     = "/grafana/alerts"
    mode     = "sync"
    max_body = "5MiB" # Grafana groups alerts into one request

    auth "grafana" {
      secret           = secret.grafana_hmac
      timestamp_header = "X-Grafana-Timestamp"
    }

    variable "status" {
      type = string
      enum = ["firing", "resolved"]
    }
    variable "alerts" {
      type = list(object({ status = string, labels = map(string), annotations = map(string) }))
      min  = 1
    }
  }

  action "transform" "names" {
    input = webhook.alerts
    jq    = "map(.labels.alertname) | unique"
  }

  action "http" "inbox" {
    method = "POST"
    url    = env("TEAM_INBOX_URL", "http://127.0.0.1:8080/team/inbox")
    json = {
      text     = "${webhook.status}: ${join(", ", action.names.value)}"
      severity = webhook.status == "firing" ? "critical" : "warning"
    }
  }

  action "respond" "passed_on" {
    status = 202
    json   = { passed_on = length(webhook.alerts), ticket = action.inbox.body.ticket }
  }
}
