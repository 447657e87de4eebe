# Whoever bought product A goes on to a database, by the tag that the shop's
# own flow, a person or an import gave them:
#
#   gateway contacts tag jane@example.com bought-product-a
#
# Fields are called what the other side calls them, and a contact who lacks one
# has a default.

flow "tag_to_database" {
  label       = "Buyers of product A"
  description = "Sends a contact with a tag on to a database, as GET and as POST."

  trigger "tag" {
    tag = "bought-product-a"
  }

  retry {
    attempts = 10
    initial  = "10s"
    max      = "1h"
  }

  # What stands between two pairs of underscores is replaced by the field that is
  # sent under that name, percent-encoded.
  action "webhook" "look_up" {
    url    = "${env("DATABASE_URL", "http://127.0.0.1:8080/stand-in/database")}/users/__email__"
    method = "GET"

    field "source" { value = "gateway" }
  }

  action "webhook" "create" {
    when     = !action.look_up.body.known
    url      = "${env("DATABASE_URL", "http://127.0.0.1:8080/stand-in/database")}/users"
    encoding = "form"

    field "first_name" {
      param   = "vorname"
      default = "Kunde"
    }
    field "last_name" {
      param   = "nachname"
      default = "unbekannt"
    }
    field "product" { value = "A" }

    # Whatever starts the flow, the database hears of a contact once in a day.
    throttle {
      key   = contact.email
      every = "24h"
    }
  }
}

# Two flows stand in for the database, so that the example runs by itself.
flow "database_look_up" {
  label = "Stand-in for a look at the database"

  trigger "webhook" {
    path    = "/stand-in/database/users/{email}"
    methods = ["GET"]
    mode    = "sync"
  }

  action "respond" "unknown" {
    json = { email = webhook.path.email, known = false }
  }
}

flow "database_create" {
  label = "Stand-in for the database"

  trigger "webhook" {
    path          = "/stand-in/database/users"
    content_types = ["form"]
    mode          = "sync"

    variable "email" {
      type   = string
      format = "email"
    }
    variable "vorname" {
      type = string
    }
    variable "nachname" {
      type = string
    }
  }

  action "log" "kept" {
    message = "database: ${webhook.vorname} ${webhook.nachname}"
  }

  action "respond" "kept_it" {
    status = 201
    json   = { id = substr(sha256(webhook.email), 0, 8) }
  }
}
