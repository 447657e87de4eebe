# A shop reports an order. The flow checks it, stores it and answers at once. In
# the background it sends the customer a mail, then a message to Slack and an
# issue to Jira in parallel. If one of them is down, the run waits and tries
# again. Completed actions do not run again.

secret "shop_order_password" {
  file = "demo-password.txt" # for the tour; yours: env = "SHOP_PASSWORD"
}
secret "shop_jira_token" {
  file = "demo-jira-token.txt" # yours: env = "JIRA_TOKEN"
}

locals {
  shop_name = "Lampenladen"
}

# The mail server. To try the example, start any server that catches mail on
# port 1025. In production leave tls at its default, "starttls", and set username
# and password.
connection "smtp" "shop" {
  host = env("SMTP_HOST", "127.0.0.1")
  port = tonumber(env("SMTP_PORT", "1025"))
  tls  = env("SMTP_TLS", "none")
  from = "${local.shop_name} <shop@example.com>"
}

connection "slack" "shop" {
  webhook_url = env("SLACK_WEBHOOK_URL", "http://127.0.0.1:8080/stand-in/slack")
}

connection "jira" "shop" {
  base_url = env("JIRA_URL", "http://127.0.0.1:8080/stand-in/jira")
  email    = env("JIRA_EMAIL", "gateway@example.com")
  token    = secret.shop_jira_token
}

flow "shop_order" {
  label       = "Shop orders"
  description = "Confirms an order by mail, tells Slack, opens a fulfilment task."

  trigger "webhook" {
    path = "/shop/{region}/orders"

    auth "basic" {
      username = "shop"
      password = secret.shop_order_password
    }

    variable "order_id" {
      type    = string
      pattern = "^[A-Za-z0-9-]{1,40}$"
    }
    variable "customer_email" {
      type   = string
      format = "email"
    }
    variable "customer_name" {
      type    = string
      default = ""
    }
    variable "items" {
      type = list(object({ sku = string, name = string, qty = number, price = number }))
      min  = 1
    }

    # A shop that got no answer sends the order again.
    dedupe {
      key = webhook.order_id
      ttl = "7d"
    }

    response {
      status = 202
      json   = { run = run.id }
    }
  }

  # The run tries again for hours, so that an outage of the mail server loses no
  # order.
  retry {
    attempts = 20
    initial  = "5s"
    max      = "30m"
  }

  action "transform" "sum" {
    input = webhook.items
    jq    = <<-JQ
      { count: (map(.qty) | add),
        total: (map(.qty * .price) | add * 100 | round / 100),
        lines: map("\(.qty) × \(.name)") }
    JQ
  }

  action "email" "confirm" {
    connection = connection.smtp.shop
    to         = webhook.customer_email
    subject    = "Your order ${webhook.order_id} at ${local.shop_name}"

    # Values of the order are escaped in the HTML.
    html = <<-HTML
      <p>Dear ${webhook.customer_name != "" ? webhook.customer_name : "customer"},</p>
      <p>thank you for your order <b>${webhook.order_id}</b>:</p>
      <ul>%{for line in action.sum.value.lines}<li>${line}</li>%{endfor}</ul>
      <p>Total: ${format("%.2f", action.sum.value.total)} EUR</p>
    HTML
  }

  action "parallel" "tell" {
    action "slack" "team" {
      connection = connection.slack.shop
      text       = "Order *${webhook.order_id}* from ${webhook.path.region}: ${action.sum.value.count} items, ${format("%.2f", action.sum.value.total)} EUR"
    }

    action "jira_issue" "fulfil" {
      connection  = connection.jira.shop
      project     = "SHOP"
      type        = "Task"
      summary     = "Fulfil ${webhook.order_id}"
      labels      = ["order", webhook.path.region]
      description = <<-MARKDOWN
        %{for line in action.sum.value.lines~}
        - ${line}
        %{endfor~}
      MARKDOWN

      # One issue for each order, even if the answer to the first try was lost.
      unique_key = webhook.order_id
    }
  }

  action "log" "done" {
    message = "order ${webhook.order_id}: ${action.tell.results.fulfil.key}"
  }

  on_error {
    action "log" "given_up" {
      level   = "error"
      message = "order ${webhook.order_id}: ${error.action} failed for good: ${error.message}"
    }
  }
}
