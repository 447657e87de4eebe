# An inbox for contacts from Zapier, Make or a form service, with any fields. In
# Zapier use the action "Webhooks by Zapier: POST" with the payload type json and
# the header X-Inbox-Key.

secret "inbox_key" {
  file = "demo-key.txt" # for the tour; yours: env = "INBOX_KEY"
}

flow "zapier_inbox" {
  label       = "Inbox for Zapier"
  description = "Stores contacts that other services send, with all their fields."

  trigger "webhook" {
    path          = "/inbox/{source}"
    content_types = ["json", "form"]

    auth "header" {
      name  = "X-Inbox-Key"
      value = secret.inbox_key
    }

    # Services use different names for the address.
    variable "email" {
      type     = string
      format   = "email"
      required = false
    }
    variable "email_address" {
      type     = string
      format   = "email"
      required = false
    }
    variable "source" {
      type    = string
      from    = webhook.path.source
      pattern = "^[a-z0-9-]{1,40}$"
    }

    response {
      status = 202
      json   = { run = run.id }
    }
  }

  action "stop" "no_address" {
    when    = webhook.email == null && webhook.email_address == null
    status  = "failed"
    message = "there is no e-mail address in what ${webhook.source} sent"
  }

  # All members except the address become fields: names in snake case, long
  # texts cut.
  action "transform" "fields" {
    jq = <<-JQ
      del(.email, .email_address)
      | with_entries(
          .key |= (ascii_downcase | gsub("[^a-z0-9]+"; "_") | .[0:60])
          | .value |= (if type == "string" then .[0:1000] else . end))
    JQ
  }

  action "tag" "keep" {
    contact = coalesce(webhook.email, webhook.email_address)
    add     = "inbox:${webhook.source}"
    fields  = action.fields.value
  }
}
