# Stripe signs each event, and sends it again until it gets a 2xx: an event that
# arrives twice starts one run. Other types of events are answered and ignored.

secret "stripe_signing" {
  file = "demo-secret.txt" # for the tour; yours: env = "STRIPE_SIGNING_SECRET"
}

flow "stripe_payment" {
  label       = "Payments of Stripe"
  description = "Tells the team of each payment that succeeded."

  trigger "webhook" {
    path = "/stripe/events"
    when = webhook.body.type == "payment_intent.succeeded"

    auth "stripe" {
      secret = secret.stripe_signing
    }

    variable "id" {
      type    = string
      pattern = "^evt_"
    }
    variable "data" {
      type = object({ object = object({ id = string, amount = number, currency = string, metadata = map(string) }) })
    }
    dedupe {
      key = webhook.id
      ttl = "3d"
    }
    response {
      json = { received = webhook.id }
    }
  }

  action "http" "inbox" {
    method = "POST"
    url    = env("TEAM_INBOX_URL", "http://127.0.0.1:8080/team/inbox")
    json = {
      # Stripe counts in the smallest unit of the currency.
      text     = "${webhook.data.object.amount / 100} ${upper(webhook.data.object.currency)} received for order ${webhook.data.object.metadata.order_id}"
      severity = "warning"
    }
  }
}
