# Shopify signs the body with the client secret of the app, and may send a webhook
# twice: its id is the key under which a second one starts no run.

secret "shopify_client" {
  file = "demo-secret.txt" # for the tour; yours: env = "SHOPIFY_CLIENT_SECRET"
}

flow "shopify_order" {
  label       = "Orders of Shopify"
  description = "Sends each order to the warehouse, with one line per article."

  trigger "webhook" {
    path = "/shopify/orders"
    when = webhook.headers["X-Shopify-Topic"] == "orders/create"

    auth "shopify" {
      secret = secret.shopify_client
    }

    variable "webhook_id" {
      type = string
      from = webhook.headers["X-Shopify-Webhook-Id"]
    }
    variable "name" {
      type = string
    }
    variable "email" {
      type   = string
      format = "email"
    }
    variable "total_price" {
      type    = string # Shopify sends prices as text
      pattern = "^[0-9]+\\.[0-9]{2}$"
    }
    variable "line_items" {
      type = list(object({ sku = string, quantity = number }))
      min  = 1
    }
    dedupe {
      key = webhook.webhook_id
      ttl = "3d"
    }
    response {
      json = { accepted = webhook.name }
    }
  }

  action "transform" "lines" {
    input = webhook.line_items
    jq    = "map(\"\\(.quantity) × \\(.sku)\")"
  }

  action "http" "inbox" {
    method = "POST"
    url    = env("TEAM_INBOX_URL", "http://127.0.0.1:8080/team/inbox")
    json = {
      text     = "Order ${webhook.name} of ${webhook.total_price}: ${join(", ", action.lines.value)}"
      severity = "warning"
    }
  }
}
