# The contact form of a public web site. A script of the page posts the form as
# JSON, and the team reads it in Slack. No secret can be kept in a page, so the
# endpoint has no auth: it limits the size and the rate of requests instead.
#
# The form has a field that people don't see and programs fill in (a honeypot):
#
#   <input name="website" tabindex="-1" autocomplete="off" hidden>
#
# The script of the page:
#
#   const answer = await fetch("https://hooks.example.com/contact", {
#     method: "POST",
#     headers: { "Content-Type": "application/json" },
#     body: JSON.stringify(Object.fromEntries(new FormData(form))),
#   })

# The URL of an incoming webhook is a secret. Yours: secret.slack_webhook
connection "slack" "contact" {
  webhook_url = env("SLACK_WEBHOOK_URL", "http://127.0.0.1:8080/stand-in/slack")
}

flow "contact_form" {
  label       = "Contact form"
  description = "Sends the contact form of the web site to the team in Slack."

  trigger "webhook" {
    path     = "/contact"
    max_body = "16KiB"

    # A form with the hidden field gets 200 and starts no run.
    when = try(webhook.body.website, "") == ""

    # The pages that may post. This stops scripts of other sites in browsers, and
    # no other program: those meet the limits below.
    cors {
      origins = ["https://shop.example.com", "https://www.shop.example.com"]
    }

    # Each client address may send 3 forms at once, and then one every 2 minutes.
    # Forms with mistakes count too. Behind a proxy all visitors have the address
    # of the proxy, and share one rate, until the gateway block names it:
    #
    #   gateway {
    #     trusted_proxies = ["10.0.0.0/8"]
    #   }
    #
    # Without `key` the addresses of an IPv6 network (/64) count as one. With
    # `key = webhook.remote_ip` a sender could use a new address for each request.
    rate_limit {
      requests = 30
      per      = "1h"
      burst    = 3
    }

    variable "name" {
      type = string
      min  = 1
      max  = 100
    }
    variable "email" {
      type   = string
      format = "email"
    }
    variable "message" {
      type = string
      min  = 1
      max  = 5000
    }

    response {
      status = 202
      json   = { received = true }
    }
  }

  # An outage of Slack loses no form.
  retry {
    attempts = 10
    initial  = "5s"
    max      = "30m"
  }

  # Values of the form are escaped: they can't make links or mention everyone.
  action "slack" "team" {
    connection = connection.slack.contact
    text       = "*Contact form*: ${webhook.name}, ${webhook.email}%{for line in split("\n", webhook.message)}\n> ${line}%{endfor}"
  }
}
