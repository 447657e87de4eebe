# A person signs up on the web site. The flow stores a contact and adds a tag.
# The tag starts a second flow, which sends a welcome mail and informs the CRM. A
# person who signs up twice gets one mail: by default a contact starts the flow
# of a tag at most once in six hours.

connection "smtp" "crm" {
  host = env("SMTP_HOST", "127.0.0.1")
  port = tonumber(env("SMTP_PORT", "1025"))
  tls  = env("SMTP_TLS", "none")
  from = "Lampenladen <hello@example.com>"
}

flow "crm_signup" {
  label       = "Sign-ups"
  description = "Stores each sign-up as a contact with a tag."

  trigger "webhook" {
    path          = "/signup"
    content_types = ["form", "json"]

    # An address of any script, as in samples/signup-unicode.json. 用户@例え.jp and
    # 用户@xn--r8jz45g.jp are one contact.
    variable "email" {
      type   = string
      format = "email"
    }
    variable "first_name" {
      type     = string
      max      = 100
      required = false
    }
    variable "source" {
      type    = string
      enum    = ["web", "shop", "fair"]
      default = "web"
    }

    response {
      status = 303
      headers = {
        Location = "https://shop.example.com/thank-you"
      }
    }
  }

  action "tag" "signed_up" {
    contact = webhook.email
    add     = "signed-up"
    fields  = { first_name = webhook.first_name, source = webhook.source }
  }
}

flow "crm_welcome" {
  label = "Welcome"

  trigger "tag" {
    tag = "signed-up"
  }

  retry {
    attempts = 10
    initial  = "10s"
    max      = "1h"
  }

  action "email" "hello" {
    connection = connection.smtp.crm
    to         = contact.email
    subject    = "Welcome to Lampenladen"

    # Mail programs show a button that unsubscribes with one click (RFC 8058).
    headers = {
      "List-Unsubscribe"      = "<${link_url("crm_unsubscribe", contact.email)}>"
      "List-Unsubscribe-Post" = "List-Unsubscribe=One-Click"
    }

    text = <<-TEXT
      Hello ${coalesce(contact.fields.first_name, "and welcome")},

      here is what we have for newcomers: ${link_url("crm_newcomers", contact.email)}
    TEXT
  }

  # The mail gives the contact the tag "sent:crm_welcome/hello".

  action "webhook" "crm" {
    url      = env("CRM_URL", "http://127.0.0.1:8080/stand-in/crm")
    encoding = "json"

    field "first_name" {
      default = "Customer"
    }
    field "source" {}
  }
}

# A contact who follows the link is redirected to the shop and gets a tag.
flow "crm_newcomers" {
  label = "Newcomers' link"

  trigger "link" {
    path     = "/newcomers"
    redirect = "https://shop.example.com/newcomers"
    tag      = "interested"
  }

  action "log" "followed" {
    message = "a contact with ${length(contact.tags)} tags came by the link"
  }
}

# The button sends a POST. Programs that scan mails follow links by GET and
# unsubscribe nobody.
flow "crm_unsubscribe" {
  label = "Unsubscribe"

  trigger "link" {
    path     = "/unsubscribe"
    redirect = "https://shop.example.com/unsubscribe"
    methods  = ["POST"]
  }

  action "tag" "unsubscribed" {
    contact = contact.email
    add     = "unsubscribed"
    remove  = "signed-up"
  }
}

# Replaces the CRM, so that the example needs no other system.
flow "crm" {
  label = "Stand-in for the CRM"

  trigger "webhook" {
    path = "/stand-in/crm"
    mode = "sync"

    variable "email" {
      type   = string
      format = "email"
    }
    variable "first_name" {
      type = string
    }
  }

  action "respond" "taken" {
    status = 201
    json   = { contact = webhook.email }
  }
}
