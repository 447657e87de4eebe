# A payment provider reports the state of a payment, and repeats the call until
# it gets the expected answer: 200 for a final state, 409 for a pending one.

secret "payment_token" {
  file = "demo-token.txt" # for the tour; yours: env = "PAYMENT_TOKEN"
}

flow "payment_callback" {
  label       = "Payment callbacks"
  description = "Answers a payment provider by the state of the payment."

  trigger "webhook" {
    path = "/payments/{provider}/callback"
    mode = "sync"

    auth "bearer" {
      token = secret.payment_token
    }

    variable "payment_id" {
      type    = string
      pattern = "^pay_[A-Za-z0-9]+$"
    }
    variable "state" {
      type = string
      enum = ["paid", "pending", "failed", "refunded"]
    }
    variable "amount" {
      type = number
      min  = 0
    }
    variable "currency" {
      type    = string
      enum    = ["EUR", "USD", "CHF"]
      default = "EUR"
    }
  }

  action "log" "seen" {
    message = "payment ${webhook.payment_id} is ${webhook.state}"
    fields = {
      provider = webhook.path.provider
      amount   = webhook.amount
    }
  }

  action "branch" "state" {
    case "final" {
      when = contains(["paid", "refunded"], webhook.state)

      action "respond" "accepted" {
        status = 200
        json = {
          payment  = webhook.payment_id
          accepted = true
          booked   = webhook.state == "refunded" ? -webhook.amount : webhook.amount
          currency = webhook.currency
        }
      }
    }

    case "pending" {
      when = webhook.state == "pending"

      action "respond" "later" {
        status  = 409
        headers = { Retry-After = "60" }
        json    = { payment = webhook.payment_id, accepted = false, reason = "not final yet" }
      }
    }

    default {
      action "respond" "noted" {
        json = { payment = webhook.payment_id, accepted = true, booked = 0, currency = webhook.currency }
      }
    }
  }
}
